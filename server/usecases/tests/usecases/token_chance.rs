//! Hundreds of operations by chance, always the same ones, beside a model that says what must come of them.

use crate::{bearers::*, people::*};
use domain::{
    Refusal,
    membership::Role,
    time::Timestamp,
    token::{EXPIRED_LISTED, Lifetime},
};
use std::collections::{BTreeMap, BTreeSet};
use usecases::{Error, grants, tokens::Wanted, upkeep};

const STEPS: usize = 300;
const LABELS: [&str; 3] = ["dev", "lab", "live"];

/// Dice that fall the same way each time (xorshift).
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 11) as usize % sides
    }

    fn some_labels(&mut self) -> Vec<&'static str> {
        LABELS.into_iter().filter(|_| self.roll(2) == 0).collect()
    }
}

/// What should be true of a token.
struct Expected {
    program: Program,
    maker: usize,
    ends: Option<Timestamp>,
    removed: bool,
    namespaces: BTreeSet<String>,
}

impl Expected {
    fn answer(&self, now: Timestamp) -> Result<(), Refusal> {
        match self.ends {
            _ if self.removed => Err(Refusal::TokenUnknown),
            Some(at) if now >= at => Err(Refusal::TokenExpired { at }),
            _ => Ok(()),
        }
    }

    fn is_listed(&self, now: Timestamp) -> bool {
        !self.removed && self.ends.is_none_or(|at| at > now.minus(EXPIRED_LISTED))
    }
}

struct World {
    house: House,
    /// Ada, the founder; then two who are switched off and on.
    people: Vec<Person>,
    active: [bool; 3],
    tokens: Vec<Expected>,
    dice: Dice,
    done: BTreeMap<&'static str, usize>,
}

fn full(labels: &[&str]) -> BTreeSet<String> {
    labels.iter().map(|label| format!("northwind-{label}")).collect()
}

impl World {
    async fn of(house: &House, seed: u64) -> Self {
        let ada = house.found("Northwind", "ada@northwind.example").await;
        for label in LABELS {
            ada.create_namespace(label).await;
        }
        let bob = ada.welcome_admin("bob@northwind.example").await;
        let eve = ada.welcome_admin("eve@northwind.example").await;
        Self {
            house: house.clone(),
            people: vec![ada, bob, eve],
            active: [true; 3],
            tokens: Vec::new(),
            dice: Dice(seed),
            done: BTreeMap::new(),
        }
    }

    /// Somebody who may do something now, freshly signed in.
    async fn admin(&mut self) -> usize {
        let who = self.dice.roll(3);
        let who = if self.active[who] { who } else { 0 };
        if !self.people[who].is_signed_in().await {
            self.people[who] = self.people[who].back().await;
        }
        who
    }

    async fn create(&mut self) -> &'static str {
        let maker = self.admin().await;
        self.people[maker] = match self.people[maker].confirm(PASSWORD).await {
            Ok(person) => person,
            Err(why) => panic!("{why:?}"),
        };
        let (labels, expires) = (self.dice.some_labels(), Lifetime::ALL[self.dice.roll(6)]);
        let namespaces: Vec<_> = labels.iter().map(|label| (*label).to_owned()).collect();
        let wanted = Wanted { namespaces: &namespaces, expires: Some(expires), scopes: NO_SCOPES, name: "" };
        let program = self.people[maker].equip(&wanted).await;
        let ends = expires.ends(self.house.now());
        self.tokens.push(Expected { program, maker, ends, removed: false, namespaces: full(&labels) });
        "created"
    }

    async fn assign(&mut self) -> &'static str {
        let (by, labels) = (self.admin().await, self.dice.some_labels());
        let at = self.dice.roll(self.tokens.len());
        let token = &mut self.tokens[at];
        let assigned = self.people[by].assign(&token.program, &labels).await;
        if token.removed {
            assert_eq!(refused(assigned), Refusal::NotFound);
            return "assigned nothing";
        }
        let got: BTreeSet<_> = strings(&assigned.unwrap().namespaces).into_iter().collect();
        token.namespaces = full(&labels);
        assert_eq!(got, token.namespaces);
        "assigned"
    }

    async fn remove(&mut self) -> &'static str {
        let by = self.admin().await;
        let at = self.dice.roll(self.tokens.len());
        let token = &mut self.tokens[at];
        let removed = self.people[by].remove(&token.program).await;
        if token.removed {
            assert_eq!(refused(removed), Refusal::NotFound);
            return "removed nothing";
        }
        removed.unwrap();
        token.removed = true;
        "removed"
    }

    /// Time goes by: minutes, hours or days.
    fn wait(&mut self) -> &'static str {
        let unit = [MINUTE, HOUR, DAY, 10 * DAY][self.dice.roll(4)];
        let times = u32::try_from(1 + self.dice.roll(9)).unwrap();
        self.house.advance(unit * times);
        "waited"
    }

    async fn sweep(&mut self) -> &'static str {
        upkeep::write_seen(&self.house.installation).await.unwrap();
        upkeep::sweep(&self.house.installation).await.unwrap();
        let gone = self.house.now().minus(EXPIRED_LISTED);
        for token in &mut self.tokens {
            token.removed |= token.ends.is_some_and(|at| at < gone);
        }
        "swept"
    }

    async fn deactivate(&mut self) -> &'static str {
        self.people[0] =
            if self.people[0].is_signed_in().await { self.people[0].clone() } else { self.people[0].back().await };
        let whom = 1 + self.dice.roll(2);
        // Some of theirs, and now and then one of somebody else's.
        let careless = self.dice.roll(4) == 0;
        let mut ticked = Vec::new();
        for at in 0..self.tokens.len() {
            let theirs = self.tokens[at].maker == whom && !self.tokens[at].removed;
            if (theirs || careless) && self.dice.roll(3) == 0 {
                ticked.push(at);
            }
        }
        let ids: Vec<_> = ticked.iter().map(|at| self.tokens[*at].program.id()).collect();
        let done = self.people[0].deactivate_with(&self.people[whom], &ids).await;
        if !self.active[whom] {
            assert_eq!(refused(done), Refusal::AlreadyDeactivated);
            return "deactivated nobody";
        }
        if ticked.iter().any(|at| self.tokens[*at].maker != whom || self.tokens[*at].removed) {
            assert_eq!(refused(done), Refusal::NotFound);
            return "deactivated with a wrong token";
        }
        assert_eq!(done.unwrap().removed_tokens, ticked.len() as u64);
        self.active[whom] = false;
        ticked.iter().for_each(|at| self.tokens[*at].removed = true);
        if ticked.is_empty() { "deactivated" } else { "deactivated with tokens" }
    }

    async fn reactivate(&mut self) -> &'static str {
        let (by, whom) = (self.admin().await, 1 + self.dice.roll(2));
        let done = self.people[by].reactivate(&self.people[whom]).await;
        if self.active[whom] {
            assert_eq!(refused(done), Refusal::AlreadyActive);
            return "reactivated nobody";
        }
        done.unwrap();
        self.active[whom] = true;
        "reactivated"
    }

    /// What happens to people and must not matter.
    async fn trouble(&mut self) -> &'static str {
        let (by, whom) = (self.admin().await, 1 + self.dice.roll(2));
        let active = self.active[whom];
        let (by, whom) = (&self.people[by], &self.people[whom]);
        let (labels, member) = (self.dice.some_labels(), whom.member().await);
        let labels: Vec<_> = labels.into_iter().map(str::to_owned).collect();
        let id = member.id.to_string();
        grants::save(&by.context().await, &by.slug, &id, &labels, member.version).await.unwrap();
        if active {
            whom.become_role(Role::Member).await.unwrap();
            whom.become_role(Role::Admin).await.unwrap();
        }
        "changed"
    }

    async fn step(&mut self) {
        let none = self.tokens.is_empty();
        let what = match self.dice.roll(20) {
            _ if none => self.create().await,
            0..5 => self.create().await,
            5..9 => self.assign().await,
            9..11 => self.remove().await,
            11..14 => self.wait(),
            14 => self.sweep().await,
            15..17 => self.deactivate().await,
            17..19 => self.reactivate().await,
            _ => self.trouble().await,
        };
        *self.done.entry(what).or_default() += 1;
    }

    async fn compare(&mut self, step: usize) {
        let now = self.house.now();
        let mut has: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        if !self.people[0].is_signed_in().await {
            self.people[0] = self.people[0].back().await;
        }
        for listed in self.people[0].tokens().await {
            has.insert(listed.token.id.to_string(), strings(&listed.namespaces).into_iter().collect());
            assert_eq!(listed.expired, listed.token.expires_at.is_some_and(|at| at <= now));
        }
        let mut listed = 0;
        for (at, token) in self.tokens.iter().enumerate() {
            let answer = match token.program.identify().await {
                Ok(_) => Ok(()),
                Err(Error::Refused(why)) => Err(why),
                Err(why) => panic!("{why:?}"),
            };
            assert_eq!(answer, token.answer(now), "step {step}, token {at}");
            let expected = token.is_listed(now).then_some(&token.namespaces);
            assert_eq!(has.get(&token.program.id()), expected, "step {step}, token {at}");
            listed += usize::from(expected.is_some());
            if answer.is_ok() {
                let own: BTreeSet<_> = token.program.namespaces().await.into_iter().collect();
                assert_eq!(own, token.namespaces, "step {step}, token {at}");
            }
        }
        assert_eq!(has.len(), listed, "step {step}");
        let grants: usize = self.tokens.iter().filter(|token| !token.removed).map(|token| token.namespaces.len()).sum();
        let kept = self.house.trial.number("select count(*) from token_grants").await;
        assert_eq!(kept, i64::try_from(grants).unwrap(), "step {step}");
        let hashes = self.tokens.iter().filter(|token| !token.removed).count();
        assert_eq!(self.house.secret_hashes().await.len(), hashes, "step {step}");
    }
}

#[test]
fn whatever_is_done_in_whatever_order_each_token_is_what_it_should_be() {
    on_both(async |house| {
        let mut world = World::of(&house, 0x9e37_79b9_7f4a_7c15).await;
        for step in 1..=STEPS {
            world.step().await;
            if step % 20 == 0 {
                world.compare(step).await;
            }
        }
        // Chance has tried everything.
        assert_eq!(world.done.len(), 13, "{:?}", world.done);
    });
}
