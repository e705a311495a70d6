use super::*;

fn keys(text: &str) -> Keys {
    Keys::parse(&SecretString::from(text.to_owned())).unwrap()
}

const ONE: &str = "one-key-of-more-than-32-characters-long";
const TWO: &str = "two-key-of-more-than-32-characters-long";

#[test]
fn a_link_is_proved_by_the_key_that_made_it_and_by_no_other() {
    let id = uuid::Uuid::from_u128(7);
    let secret = keys(ONE).link_secret(Purpose::Invitation, id, b"nonce");
    assert_eq!(Keys::link_id(&secret), Some(id));
    assert!(keys(ONE).proves(Purpose::Invitation, &secret, b"nonce"));
    assert!(!keys(TWO).proves(Purpose::Invitation, &secret, b"nonce"));
    assert!(!keys(ONE).proves(Purpose::Invitation, &secret, b"other"), "rotating the nonce kills the link");
    assert!(!keys(ONE).proves(Purpose::PasswordReset, &secret, b"nonce"), "a link serves one purpose");
}

#[test]
fn an_older_key_still_opens_its_links() {
    let secret = keys(ONE).link_secret(Purpose::Invitation, uuid::Uuid::from_u128(7), b"n");
    assert!(keys(&format!("{TWO},{ONE}")).proves(Purpose::Invitation, &secret, b"n"));
}

#[test]
fn the_api_server_and_the_controller_have_credentials_of_their_own() {
    let (one, two) = (keys(ONE), keys(TWO));
    let (cluster, controller) = (one.cluster_secret(), one.controller_secret());
    let (cluster, controller) = (cluster.expose_secret(), controller.expose_secret());
    assert!(one.is_cluster(cluster) && one.is_controller(controller));
    assert!(!one.is_cluster(controller) && !one.is_controller(cluster), "neither opens the other's door");
    let renamed = (cluster.replace("bwc_", "bwr_"), controller.replace("bwr_", "bwc_"));
    assert!(!one.is_controller(&renamed.0) && !one.is_cluster(&renamed.1), "nor under the other's name");
    assert!(!two.is_cluster(cluster) && !two.is_controller(controller));
    assert!(keys(&format!("{TWO},{ONE}")).is_controller(controller), "until it is replaced");
    assert!(!one.is_controller("") && !one.is_cluster(""));
}

#[test]
fn no_single_changed_character_passes() {
    let keys = keys(ONE);
    let secret = keys.link_secret(Purpose::Verification, uuid::Uuid::from_u128(u128::MAX / 3), b"n");
    for at in 0..secret.len() {
        let mut wrong: Vec<u8> = secret.bytes().collect();
        wrong[at] = if wrong[at] == b'a' { b'b' } else { b'a' };
        let wrong = String::from_utf8(wrong).unwrap();
        assert!(!keys.proves(Purpose::Verification, &wrong, b"n"), "{at}");
    }
}

#[test]
fn a_credential_is_read_as_it_was_made_and_no_changed_character_passes() {
    let (one, id, ends) = (keys(ONE), uuid::Uuid::from_u128(u128::MAX / 3), 1_800_000_000);
    let credential = one.credential(id.into(), Timestamp::from_micros(ends * 1_000_000 + 999_999));
    assert!(credential.starts_with("bwu_1800000000_") && credential.len() == 59, "{credential}");
    let read = Some((id.into(), Timestamp::from_micros(ends * 1_000_000)));
    assert_eq!(one.proves_credential(&credential), read);
    assert_eq!(keys(&format!("{TWO},{ONE}")).proves_credential(&credential), read, "an older key");
    assert_eq!(keys(TWO).proves_credential(&credential), None);
    for at in 0..credential.len() {
        let mut wrong: Vec<u8> = credential.bytes().collect();
        wrong[at] = if wrong[at] == b'1' { b'2' } else { b'1' };
        assert_eq!(one.proves_credential(&String::from_utf8(wrong).unwrap()), None, "{at}");
    }
    let link = one.link_secret(Purpose::Invitation, id, &ends.to_be_bytes());
    for other in [
        String::new(),
        "bwu_".into(),
        credential.replace("bwu_", "bwu_0"),
        credential.replace("bwu_1", "bwu_+1"),
        credential.replace("bwu_1", "bwu_ 1"),
        format!("{credential} "),
        format!("bwu_{ends}_{link}"),
        format!("bwu_{ends}"),
    ] {
        assert_eq!(one.proves_credential(&other), None, "{other:?}");
    }
}

#[test]
fn a_code_is_hidden_by_the_key() {
    let code = UserCode::parse("WDJB-MJHT").unwrap();
    assert_eq!(keys(ONE).user_code_hash(&code), keys(ONE).user_code_hash(&code));
    assert_ne!(keys(ONE).user_code_hash(&code), keys(TWO).user_code_hash(&code));
}

#[test]
fn a_failed_post_is_told_to_whom_it_failed_for_and_in_those_words_alone() {
    let (ada, bo) = (Some(uuid::Uuid::from_u128(7)), Some(uuid::Uuid::from_u128(8)));
    for person in [ada, None] {
        let proof = keys(ONE).failed_post(person, "what was said");
        assert!(keys(ONE).is_failed_post(person, "what was said", &proof));
        assert!(keys(&format!("{TWO},{ONE}")).is_failed_post(person, "what was said", &proof), "an older key");
        assert!(!keys(TWO).is_failed_post(person, "what was said", &proof));
        for other in [ada, bo, None].into_iter().filter(|other| *other != person) {
            assert!(!keys(ONE).is_failed_post(other, "what was said", &proof), "{other:?}");
        }
        for said in ["", "what was sai", "what was said ", "What was said"] {
            assert!(!keys(ONE).is_failed_post(person, said, &proof), "{said:?}");
        }
        for shown in ["", &proof[1..], &format!("{proof}0"), &proof.to_lowercase()] {
            assert!(!keys(ONE).is_failed_post(person, "what was said", shown), "{shown:?}");
        }
    }
    let link = keys(ONE).link_secret(Purpose::Verification, uuid::Uuid::from_u128(7), b"what was said");
    assert!(!keys(ONE).is_failed_post(ada, "what was said", &link[22..]), "a proof serves one purpose");
}

#[test]
fn short_empty_and_monotonous_keys_are_refused() {
    for bad in ["", "short", "00000000000000000000000000000000000000000000"] {
        assert!(Keys::parse(&SecretString::from(bad.to_owned())).is_err(), "{bad}");
    }
}
