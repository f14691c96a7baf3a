use super::*;
use proptest::prelude::*;

fn judge(policy: &str, password: &str) -> Vec<&'static str> {
    judge_for(policy, password, "alice", Some("alice@harbour.test"), &NoLists)
}

fn judge_for(
    policy: &str,
    password: &str,
    username: &str,
    email: Option<&str>,
    lists: &dyn BlackLists,
) -> Vec<&'static str> {
    let policy = PasswordPolicy::parse(policy).unwrap();
    match policy.check(&NewPassword { password, username, email, lists }) {
        Ok(()) => Vec::new(),
        Err(CheckFailed::Broken(violations)) => violations.into_iter().map(|v| v.rule).collect(),
        Err(CheckFailed::Unanswered(why)) => panic!("not answered: {why}"),
    }
}

fn fault_of(policy: &str) -> PolicyFault {
    PasswordPolicy::parse(policy).unwrap_err()
}

#[test]
fn every_rule_of_keycloak_is_read_with_its_default() {
    let text = "length(8) and maxLength(64) and digits(1) and lowerCase(1) and upperCase(1) and specialChars(1) and \
                notUsername(undefined) and notEmail(undefined) and notContainsUsername(undefined) and \
                regexPattern(.*) and passwordHistory(undefined) and passwordAge(undefined) and \
                passwordBlacklist(common.txt) and forceExpiredPasswordChange(undefined) and \
                hashAlgorithm(pbkdf2-sha512) and hashIterations(210000) and maxAuthAge(undefined) and \
                recoveryCodesWarningThreshold(undefined)";
    let policy = PasswordPolicy::parse(text).unwrap();
    assert_eq!(policy.checks.len(), 11);
    assert_eq!((policy.history(), policy.history_days()), (3, 30));
    assert_eq!(policy.forced_change_days(), Some(365));
    assert_eq!(policy.max_auth_age(), Some(300));
    assert_eq!(policy.recovery_codes_warning(), Some(4));
    assert_ne!(policy.hash_spec(), HashSpec::DEFAULT);
}

#[test]
fn an_empty_policy_asks_nothing_and_hashes_with_the_default() {
    let policy = PasswordPolicy::parse("").unwrap();
    assert_eq!(policy.hash_spec(), HashSpec::DEFAULT);
    assert_eq!(policy.history(), 0);
    assert!(judge("  ", "x").is_empty());
}

#[test]
fn a_rule_that_is_unknown_unreadable_or_named_twice_is_a_fault() {
    assert_eq!(fault_of("length(8) and lenght(9)").piece, "lenght");
    assert_eq!(fault_of("length(many)").piece, "length");
    assert_eq!(fault_of("length(-1)").piece, "length");
    assert_eq!(fault_of("digits(1) and digits(2)").reason, "named twice");
    assert_eq!(fault_of("length(8").reason, "its bracket is not closed");
    assert_eq!(fault_of("hashAlgorithm(md5)").piece, "hashAlgorithm");
    assert_eq!(fault_of("hashAlgorithm(pbkdf2) and hashIterations(4000000000)").piece, "hashIterations");
    assert_eq!(fault_of("regexPattern").piece, "regexPattern");
    assert_eq!(fault_of("regexPattern(a[)").piece, "regexPattern");
    assert_eq!(fault_of("passwordBlacklist(../secret)").piece, "passwordBlacklist");
    assert_eq!(fault_of("passwordHistory(1000)").piece, "passwordHistory");
    assert!(PasswordPolicy::parse(&"x".repeat(20_000)).is_err());
}

#[test]
fn lengths_count_characters_not_bytes() {
    assert!(judge("length(4)", "äöüß").is_empty());
    assert_eq!(judge("length(5)", "äöüß"), ["length"]);
    assert!(judge("maxLength(4)", "äöüß").is_empty());
    assert_eq!(judge("maxLength(3)", "äöüß"), ["maxLength"]);
}

#[test]
fn all_broken_rules_are_told_together_in_the_policys_order() {
    let all = judge("upperCase(1) and digits(2) and specialChars(1) and lowerCase(9) and length(9)", "abc1");
    assert_eq!(all, ["upperCase", "digits", "specialChars", "lowerCase", "length"]);
    assert!(judge("upperCase(1) and digits(2) and specialChars(1) and lowerCase(1)", "aB-12").is_empty());
}

#[test]
fn names_are_compared_in_any_case() {
    assert_eq!(judge("notUsername", "ALICE"), ["notUsername"]);
    assert!(judge("notUsername", "alice1").is_empty());
    assert_eq!(judge("notEmail", "Alice@Harbour.test"), ["notEmail"]);
    assert_eq!(judge("notContainsUsername", "xxAlIcExx"), ["notContainsUsername"]);
    assert!(judge_for("notContainsUsername and notEmail", "x", "", None, &NoLists).is_empty());
}

#[test]
fn an_expression_must_match_the_whole_password_and_may_look_ahead() {
    let policy = r"regexPattern(^(?=.*[A-Z])(?=.*\d).{4,}$)";
    assert!(judge(policy, "abC1").is_empty());
    assert_eq!(judge(policy, "abc1"), ["regexPattern"]);
    assert_eq!(judge("regexPattern([a-z]+)", "abc1"), ["regexPattern"]);
    assert!(judge("regexPattern(salt and vinegar) and length(4)", "salt and vinegar").is_empty());
    assert!(judge(r"regexPattern(a\)b)", "a)b").is_empty());
}

#[test]
fn an_expression_that_never_ends_gives_up_and_takes_nothing() {
    let password = "a".repeat(4096) + "!";
    assert_eq!(judge(r"regexPattern((?=a)(a+)+\1$)", &password), ["regexPattern"]);
}

#[test]
fn a_list_is_read_once_and_compared_in_lower_case() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("common.txt"), b"password\r\nLetMeIn\n\n\xff\xfe\nsalt").unwrap();
    let lists = FolderOfLists::new(folder.path());
    let policy = "passwordBlacklist(common.txt)";
    for known in ["PassWord", "letmein", "salt"] {
        assert_eq!(judge_for(policy, known, "alice", None, &lists), ["passwordBlacklist"]);
    }
    assert!(judge_for(policy, "passwor", "alice", None, &lists).is_empty());
    assert!(judge_for(policy, "", "alice", None, &lists).is_empty());
}

#[test]
fn a_list_that_is_not_there_lets_nothing_through() {
    let folder = tempfile::tempdir().unwrap();
    let policy = PasswordPolicy::parse("passwordBlacklist(gone.txt)").unwrap();
    for lists in [&FolderOfLists::new(folder.path()) as &dyn BlackLists, &NoLists] {
        let answer = policy.check(&NewPassword { password: "x", username: "a", email: None, lists });
        assert!(matches!(answer, Err(CheckFailed::Unanswered(_))));
    }
}

proptest! {
    #[test]
    fn no_text_makes_the_parser_panic(text in "(length|digits|regexPattern|hashIterations|x)?[(]?.{0,40}( and )?.{0,40}[)]?") {
        let _ = PasswordPolicy::parse(&text);
    }

    #[test]
    fn a_password_is_never_in_what_a_violation_says(password in "[!-~]{1,30}") {
        let policy = PasswordPolicy::parse("length(99) and upperCase(99) and digits(99)").unwrap();
        let new = NewPassword { password: &password, username: "a", email: None, lists: &NoLists };
        let Err(CheckFailed::Broken(all)) = policy.check(&new) else { panic!("taken") };
        for violation in all {
            prop_assert_eq!(violation.parameter.as_deref(), Some("99"));
        }
    }
}
