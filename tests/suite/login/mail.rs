//! Links in mails, through a real SMTP conversation on a local port.

use protocol::Letter;
use serde_json::json;
use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::TcpListener;
use tokio::sync::mpsc;

use super::browser::{Browser, House, PASSWORD, Seen};

/// A mail server that keeps what it gets.
pub struct Sink {
    port: u16,
    mails: mpsc::UnboundedReceiver<String>,
}

impl Sink {
    pub async fn open() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let (sender, mails) = mpsc::unbounded_channel();
        tokio::spawn(async move {
            while let Ok((connection, _)) = listener.accept().await {
                let sender = sender.clone();
                tokio::spawn(async move {
                    let (read, mut write) = connection.into_split();
                    let mut lines = BufReader::new(read).lines();
                    write.write_all(b"220 sink\r\n").await.unwrap();
                    let mut data: Option<String> = None;
                    while let Ok(Some(line)) = lines.next_line().await {
                        let answer = match &mut data {
                            Some(text) if line == "." => {
                                sender.send(std::mem::take(text)).unwrap();
                                data = None;
                                "250 taken\r\n"
                            }
                            Some(text) => {
                                text.push_str(&line);
                                text.push_str("\r\n");
                                continue;
                            }
                            None if line.starts_with("DATA") => {
                                data = Some(String::new());
                                "354 go on\r\n"
                            }
                            None if line.starts_with("QUIT") => "221 bye\r\n",
                            None => "250 fine\r\n",
                        };
                        if write.write_all(answer.as_bytes()).await.is_err() {
                            return;
                        }
                    }
                });
            }
        });
        Self { port, mails }
    }

    /// The link of the next mail, and the mail.
    pub async fn link(&mut self) -> (String, String) {
        let mail = self.mails.recv().await.expect("a mail");
        let plain = mail.replace("=\r\n", "").replace("=3D", "=");
        let at = plain.find("http://localhost:8080/").unwrap_or_else(|| panic!("no link: {plain}"));
        let link: String = plain[at..].chars().take_while(|c| !c.is_whitespace()).collect();
        (link, plain)
    }
}

pub async fn house(sink: &Sink, more: serde_json::Value) -> House {
    let mut document = json!({
        "resetPasswordAllowed": true,
        "smtpServer": { "host": "127.0.0.1", "port": sink.port.to_string(), "from": "door@port.example" },
    });
    document.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    House::with(document).await
}

async fn ask(house: &House, name: &str) -> (Browser, Seen) {
    let (mut browser, page) = house.knock().await;
    let page = browser.get(house, &page.link("login-actions/reset-credentials")).await;
    let seen = browser.submit(house, &page, &[("username", name)]).await;
    assert!(seen.has("If there is such an account"), "{}", seen.body);
    (browser, seen)
}

#[tokio::test]
async fn a58_a_forgotten_password_is_replaced_by_a_link_that_works_once() {
    let mut sink = Sink::open().await;
    let house = house(&sink, json!({})).await;
    let (mut browser, _) = ask(&house, "alice@port.example").await;
    let (link, mail) = sink.link().await;
    assert!(mail.contains("To: alice@port.example"), "{mail}");
    let seen = browser.get(&house, &link).await;
    let page = browser.follow(&house, seen).await;
    assert!(page.has("name=\"password-new\""), "{}", page.body);
    let fields = [("password-new", "another password"), ("password-confirm", "another password")];
    let seen = browser.submit(&house, &page, &fields).await;
    assert_eq!(seen.user(), Some("alice"), "{}", seen.body);
    assert!(house.has_event("SEND_RESET_PASSWORD", None).await && house.has_event("RESET_PASSWORD", None).await);
    let again = Browser::default().get(&house, &format!("{link}&confirm=true")).await;
    assert_eq!(again.status, 400);
    let (mut other, page) = house.knock().await;
    assert_eq!(other.log_in(&house, &page, "alice", PASSWORD).await.user(), None);
}

#[tokio::test]
async fn a57_without_the_mail_the_flow_goes_nowhere() {
    let mut sink = Sink::open().await;
    let house = house(&sink, json!({})).await;
    let (mut browser, seen) = ask(&house, "alice").await;
    let _ = seen;
    for place in ["reset-credentials", "required-action", "authenticate"] {
        let (mut other, page) = house.knock().await;
        let to = page.action().replace("authenticate", place);
        assert_eq!(other.post(&house, &to, &[("password-new", "x"), ("password-confirm", "x")]).await.user(), None);
    }
    let silent = "/realms/port/protocol/knock/auth?client_id=app&prompt=none";
    assert_eq!(browser.get(&house, silent).await.user(), None);
    assert_eq!(house.store.count("user_session").await, 0);
    // Fifty at once: one gets on.
    let (link, _) = sink.link().await;
    let tries = (0..50).map(|_| {
        let (house, link) = (&house, format!("{link}&confirm=true"));
        async move { Browser::default().get(house, &link).await.status.as_u16() }
    });
    let answers = futures_util::future::join_all(tries).await;
    assert_eq!(answers.iter().filter(|status| **status == 302).count(), 1, "{answers:?}");
}

#[tokio::test]
async fn a63_whether_there_is_such_a_person_is_not_told() {
    let sink = Sink::open().await;
    let house = house(&sink, json!({})).await;
    let (_, known) = ask(&house, "alice").await;
    let (_, unknown) = ask(&house, "nobody").await;
    assert_eq!(known.status, unknown.status);
    assert_eq!(known.body, unknown.body);
}

#[tokio::test]
async fn a58_a_link_is_worth_nothing_after_a_change_of_the_address() {
    let mut sink = Sink::open().await;
    let house = house(&sink, json!({})).await;
    let (mut browser, _) = ask(&house, "alice").await;
    let (link, _) = sink.link().await;
    let email = Some(Some("elsewhere@port.example".to_owned()));
    house.change_user(identity::UserChange { email, ..Default::default() }).await;
    let seen = browser.get(&house, &link).await;
    assert_eq!(seen.status, 400);
    assert_eq!(house.store.count("user_session").await, 0);
}

#[tokio::test]
async fn an_address_is_verified_before_the_application_gets_anybody() {
    let mut sink = Sink::open().await;
    let house = house(&sink, json!({ "verifyEmail": true })).await;
    let (mut browser, page) = house.knock().await;
    let page = browser.log_in(&house, &page, "alice", PASSWORD).await;
    assert!(page.has("alice@port.example"), "{}", page.body);
    assert_eq!(house.store.count("user_session").await, 0);
    let (link, _) = sink.link().await;
    // In another browser a person is asked first: programs follow links too.
    let mut elsewhere = Browser::default();
    let asked = elsewhere.get(&house, &link).await;
    assert!(asked.has("confirm=true"), "{}", asked.body);
    let seen = browser.get(&house, &link).await;
    assert_eq!(browser.follow(&house, seen).await.user(), Some("alice"));
    let user = house.store.identity.find_user(&*house.realm().await, &house.alice).await.unwrap().unwrap();
    assert!(user.email_verified());
    assert!(house.has_event("VERIFY_EMAIL", None).await);
}

/// Has a letter sent to alice, as an administrator asks for it.
async fn letter(house: &House, actions: Option<&[String]>) -> bool {
    let realm = house.realm().await;
    let user = house.store.identity.find_user(&realm, &house.alice).await.unwrap().unwrap();
    let client = realm.client("app").unwrap().clone();
    let redirect_uri = Some("https://app.example/home");
    let letter = Letter { realm: &realm, user: &user, client: &client, redirect_uri, actions, lifespan: Some(600) };
    house.portreeve.letters().expect("people are served").send(&house.portreeve, letter).await.unwrap()
}

#[tokio::test]
async fn a58_a_letter_leads_to_what_is_asked_for_once_and_opens_no_session() {
    let mut sink = Sink::open().await;
    let house = house(&sink, json!({})).await;
    assert!(letter(&house, Some(&["UPDATE_PASSWORD".to_owned()])).await);
    let (link, mail) = sink.link().await;
    assert!(mail.contains("To: alice@port.example"), "{mail}");
    let mut browser = Browser::default();
    let page = browser.get(&house, &link).await;
    assert!(page.status == 200 && page.has("confirm=true"), "a mail scanner gets no further: {}", page.body);
    let seen = browser.get(&house, &format!("{link}&confirm=true")).await;
    let page = browser.follow(&house, seen).await;
    assert!(page.has("name=\"password-new\""), "{}", page.body);
    let fields = [("password-new", "another password"), ("password-confirm", "another password")];
    let seen = browser.submit(&house, &page, &fields).await;
    let page = browser.follow(&house, seen).await;
    assert!(page.has("https://app.example/home"), "{}", page.body);
    assert_eq!(house.store.count("user_session").await, 0, "nobody asked for a session");
    let again = Browser::default().get(&house, &format!("{link}&confirm=true")).await;
    assert_eq!(again.status, 400);
    let realm = house.realm().await;
    let user = house.store.identity.find_user(&realm, &house.alice).await.unwrap().unwrap();
    assert!(user.email_verified(), "whoever followed it reads the mail");
    let (mut other, page) = house.knock().await;
    assert_eq!(other.log_in(&house, &page, "alice", PASSWORD).await.user(), None);
    let (mut other, page) = house.knock().await;
    assert_eq!(other.log_in(&house, &page, "alice", "another password").await.user(), Some("alice"));
    assert!(house.has_event("EXECUTE_ACTIONS", None).await);
}

#[tokio::test]
async fn a58_a_letter_to_prove_the_address_proves_it_and_no_more() {
    let mut sink = Sink::open().await;
    let house = house(&sink, json!({})).await;
    assert!(letter(&house, None).await);
    let (link, _) = sink.link().await;
    let seen = Browser::default().get(&house, &format!("{link}&confirm=true")).await;
    assert_eq!(seen.status, 200, "{}", seen.body);
    let realm = house.realm().await;
    let user = house.store.identity.find_user(&realm, &house.alice).await.unwrap().unwrap();
    assert!(user.email_verified());
    assert_eq!(house.store.count("user_session").await, 0);
}

#[tokio::test]
async fn without_a_mail_server_no_letter_is_sent_and_no_link_made() {
    let house = House::build().await;
    let rows = house.store.rows().await;
    assert!(!letter(&house, None).await);
    assert_eq!(house.store.rows().await, rows);
}
