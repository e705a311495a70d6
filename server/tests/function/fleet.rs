//! As many processes of a function as there are events at once, as AWS Lambda starts them: one that stands still is asked before
//! another is started.

use crate::{front::Invoke, instance::Instance};
use serde_json::Value;
use std::{path::PathBuf, sync::Mutex};

pub(crate) struct Fleet {
    program: PathBuf,
    settings: Vec<(String, String)>,
    still: Mutex<Vec<Instance>>,
}

impl Fleet {
    pub(crate) fn new(program: PathBuf, settings: Vec<(String, String)>) -> Self {
        Self { program, settings, still: Mutex::default() }
    }

    pub(crate) async fn start(&self) -> Instance {
        Instance::start(&self.program, self.settings.iter().map(|(name, value)| (name, value))).await
    }

    /// How many there are that stand still.
    pub(crate) fn size(&self) -> usize {
        self.still.lock().unwrap().len()
    }

    fn one(&self) -> Option<Instance> {
        self.still.lock().unwrap().pop()
    }
}

impl Invoke for Fleet {
    async fn invoke(&self, event: Value) -> Result<Value, String> {
        let instance = match self.one() {
            Some(instance) => instance,
            None => self.start().await,
        };
        let answer = instance.invoke(event).await;
        // One that has ended is no longer asked; one that could not answer is.
        if instance.runs().await {
            self.still.lock().unwrap().push(instance);
        }
        answer
    }
}
