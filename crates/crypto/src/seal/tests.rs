use super::*;
use crate::random::SystemRandom;
use proptest::prelude::*;

fn key() -> MasterKey {
    MasterKey::generate(&SystemRandom)
}

#[test]
fn what_is_sealed_opens_with_the_same_key_and_place_only() {
    let key = key();
    let sealed = key.seal(b"table/row", b"secret", &SystemRandom);
    assert_eq!(sealed.len(), 29 + 6);
    assert_eq!(sealed[0], 1);
    assert_eq!(key.open(b"table/row", &sealed).unwrap().as_slice(), b"secret");
    assert_eq!(key.open(b"table/other", &sealed), Err(SealError));
    assert_eq!(key.open(b"", &sealed), Err(SealError));
    assert_eq!(super::tests::key().open(b"table/row", &sealed), Err(SealError));
}

#[test]
fn any_changed_bit_and_any_lost_byte_is_noticed() {
    let key = key();
    let sealed = key.seal(b"here", b"secret", &SystemRandom);
    for bit in 0..sealed.len() * 8 {
        let mut changed = sealed.clone();
        changed[bit / 8] ^= 1 << (bit % 8);
        assert_eq!(key.open(b"here", &changed), Err(SealError), "bit {bit}");
    }
    for length in 0..sealed.len() {
        assert_eq!(key.open(b"here", &sealed[..length]), Err(SealError), "{length} bytes");
    }
    let longer = [&sealed[..], &[0]].concat();
    assert_eq!(key.open(b"here", &longer), Err(SealError));
}

#[test]
fn the_same_plain_text_is_sealed_differently_each_time_and_not_in_the_clear() {
    let key = key();
    let (first, second) = (key.seal(b"", b"secret", &SystemRandom), key.seal(b"", b"secret", &SystemRandom));
    assert_ne!(first, second);
    assert!(!first.windows(6).any(|window| window == b"secret"));
    assert!(key.open(b"", &key.seal(b"", b"", &SystemRandom)).unwrap().is_empty());
}

#[test]
fn base64_round_trips_and_the_check_value_follows_the_key() {
    let key = key();
    let again = MasterKey::from_base64(&format!(" {}\n", key.to_base64().expose())).unwrap();
    assert_eq!(again.check_value(), key.check_value());
    assert_eq!(again.open(b"", &key.seal(b"", b"x", &SystemRandom)).unwrap().as_slice(), b"x");
    assert_ne!(super::tests::key().check_value(), key.check_value());
    assert!(!key.bytes.windows(16).any(|window| window == key.check_value()));
    for wrong in ["", "AAAA", &"A".repeat(44), "not base64 at all, not base64 at all, not b"] {
        assert_eq!(MasterKey::from_base64(wrong).unwrap_err(), SealError, "{wrong}");
    }
}

#[test]
fn debug_says_nothing() {
    assert_eq!(format!("{:?}", key()), "MasterKey(…)");
}

proptest! {
    #[test]
    fn everything_sealed_opens(plain in proptest::collection::vec(any::<u8>(), 0..300), aad in ".{0,40}") {
        let key = key();
        let sealed = key.seal(aad.as_bytes(), &plain, &SystemRandom);
        prop_assert_eq!(key.open(aad.as_bytes(), &sealed).unwrap().to_vec(), plain);
    }

    #[test]
    fn no_input_makes_opening_panic(bytes in proptest::collection::vec(any::<u8>(), 0..100)) {
        prop_assert!(key().open(b"", &bytes).is_err());
    }
}

#[test]
fn each_purpose_and_each_key_has_a_secret_of_its_own() {
    let key = super::tests::key();
    assert_eq!(key.derive("a"), key.derive("a"));
    assert_ne!(key.derive("a"), key.derive("b"));
    assert_ne!(key.derive("a"), MasterKey::generate(&crate::random::SystemRandom).derive("a"));
    assert!(!key.derive("a").windows(16).any(|window| key.bytes.windows(16).any(|bytes| bytes == window)));
}
