//! Administrators: of `master`, and of realm `port` with exactly some roles.

use identity::{NewUser, testing::CHEAP};
use serde_json::Value;

use super::{Caller, World};

const PASSWORD: &str = "pw-administrator";

impl World {
    /// The administrator of `master`, with a token of `admin-cli`; the realm is made at first need.
    pub async fn admin(&self) -> Caller<'_> {
        if self.identity.realm("master").await.expect("the store answers").is_none() {
            let secret = crypto::secret::Secret::from(PASSWORD.to_owned());
            let hash = self.identity.hashing().hash(CHEAP, &secret, [7; 16]).await.expect("a hash");
            self.identity.bootstrap_master("administrator", &hash).await.expect("master is made");
        }
        self.bearer("master", "administrator").await
    }

    /// A user of realm `port` with exactly these roles of `realm-management`.
    pub async fn admin_with(&self, roles: &[&str]) -> Caller<'_> {
        self.admin_named(&format!("with-{}", roles.join("-").to_lowercase()), roles).await
    }

    /// The same under a name of the test's choice.
    pub async fn admin_named(&self, name: &str, roles: &[&str]) -> Caller<'_> {
        let realm = self.realm("port").await;
        self.store.add_user(&realm.id, NewUser::named(name), PASSWORD).await;
        let user = self.user_id(name).await.as_str().into();
        let mut tx = self.identity.begin().await.expect("a unit of work");
        for role in roles {
            let role = realm.client_role_named("realm-management", role).expect("a management role");
            tx.grant_role(&user, role).await.expect("granted");
        }
        tx.commit().await.expect("committed");
        self.bearer("port", name).await
    }

    /// Somebody who shows an access token that the client `admin-cli` got with their password.
    pub async fn bearer(&self, realm: &str, user: &str) -> Caller<'_> {
        let form = format!("grant_type=password&client_id=admin-cli&username={user}&password={PASSWORD}");
        let local = self.anonymous().from("127.0.0.1");
        let path = format!("/realms/{realm}/protocol/openid-connect/token");
        let answer = local.post(&path, &form).await.expect(200).json();
        let token = answer["access_token"].as_str().expect("a token").to_owned();
        local.header("authorization", &format!("Bearer {token}"))
    }
}

/// A list's members of this name.
pub fn names<'v>(list: &'v Value, member: &str) -> Vec<&'v str> {
    list.as_array().expect("a list").iter().map(|one| one[member].as_str().unwrap_or_default()).collect()
}
