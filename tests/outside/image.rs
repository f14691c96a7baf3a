//! A small image, made here: nothing is pulled from anywhere. Written as an OCI layout, as a docker archive, or straight into a
//! registry's storage folder.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use crate::fixture::wait::unix_seconds;
use crate::tar::{gzip, tar};

const MANIFEST_TYPE: &str = "application/vnd.oci.image.manifest.v1+json";

struct Layer {
    plain: Vec<u8>,
    packed: Blob,
}

struct Blob {
    bytes: Vec<u8>,
    hex: String,
}

impl Blob {
    fn new(bytes: Vec<u8>) -> Self {
        let hex = sha256_hex(&bytes);
        Self { bytes, hex }
    }

    fn descriptor(&self, media_type: &str) -> Value {
        json!({"mediaType": media_type, "digest": format!("sha256:{}", self.hex), "size": self.bytes.len()})
    }
}

pub(crate) fn sha256_hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    Sha256::digest(bytes).iter().fold(String::new(), |mut hex, byte| {
        let _ = write!(hex, "{byte:02x}");
        hex
    })
}

/// What makes this run's images differ from every other run's: daemons and caches on the machine may remember those.
fn run_id() -> &'static str {
    static ID: OnceLock<String> = OnceLock::new();
    ID.get_or_init(|| format!("{}-{}", std::process::id(), unix_seconds()))
}

/// Two layers, a configuration, a manifest. Images of different seeds share no blob.
pub(crate) struct Image {
    layers: [Layer; 2],
    config: Blob,
    manifest: Blob,
}

impl Image {
    pub(crate) fn new(seed: &str) -> Self {
        let layers = ["base", "app"].map(|part| {
            let plain = tar(&[(&format!("{part}.txt"), format!("{part} of {seed} in {}\n", run_id()).as_bytes())]);
            let packed = Blob::new(gzip(&plain));
            Layer { plain, packed }
        });
        let diff_ids: Vec<String> = layers.iter().map(|layer| format!("sha256:{}", sha256_hex(&layer.plain))).collect();
        let config = Blob::new(
            json!({
                "created": "1970-01-01T00:00:00Z", "architecture": "amd64", "os": "linux",
                "config": {"Cmd": ["/base.txt"]},
                "rootfs": {"type": "layers", "diff_ids": diff_ids},
                "history": [{"created": "1970-01-01T00:00:00Z", "created_by": "base"},
                            {"created": "1970-01-01T00:00:00Z", "created_by": "app"}],
            })
            .to_string()
            .into_bytes(),
        );
        let packed: Vec<Value> =
            layers.iter().map(|layer| layer.packed.descriptor("application/vnd.oci.image.layer.v1.tar+gzip")).collect();
        let manifest = Blob::new(
            json!({
                "schemaVersion": 2, "mediaType": MANIFEST_TYPE,
                "config": config.descriptor("application/vnd.oci.image.config.v1+json"),
                "layers": packed,
            })
            .to_string()
            .into_bytes(),
        );
        Self { layers, config, manifest }
    }

    /// `sha256:…` of the manifest.
    pub(crate) fn digest(&self) -> String {
        format!("sha256:{}", self.manifest.hex)
    }

    fn blobs(&self) -> impl Iterator<Item = &Blob> {
        self.layers.iter().map(|layer| &layer.packed).chain([&self.config])
    }

    /// Writes an OCI image layout into `folder`; the image's name in it is `1`.
    pub(crate) fn write_layout(&self, folder: &Path) {
        let blobs = folder.join("blobs/sha256");
        fs::create_dir_all(&blobs).expect("the layout folder can be made");
        for blob in self.blobs().chain([&self.manifest]) {
            write(&blobs.join(&blob.hex), &blob.bytes);
        }
        let mut entry = self.manifest.descriptor(MANIFEST_TYPE);
        entry["annotations"] = json!({"org.opencontainers.image.ref.name": "1"});
        let index = json!({
            "schemaVersion": 2, "mediaType": "application/vnd.oci.image.index.v1+json", "manifests": [entry],
        });
        write(&folder.join("index.json"), index.to_string().as_bytes());
        write(&folder.join("oci-layout"), br#"{"imageLayoutVersion":"1.0.0"}"#);
    }

    /// Writes an archive as `docker save` does, which names the image `reference`.
    pub(crate) fn write_archive(&self, file: &Path, reference: &str) {
        let names: Vec<String> = (1..=self.layers.len()).map(|number| format!("layer-{number}.tar")).collect();
        let config_name = format!("{}.json", self.config.hex);
        let listing = json!([{"Config": config_name, "RepoTags": [reference], "Layers": names}]).to_string();
        let mut files: Vec<(&str, &[u8])> =
            vec![("manifest.json", listing.as_bytes()), (&config_name, &self.config.bytes)];
        for (name, layer) in names.iter().zip(&self.layers) {
            files.push((name, &layer.plain));
        }
        write(file, &tar(&files));
    }

    /// Puts the image into the storage folder of a registry, as a push by somebody would have done.
    pub(crate) fn store(&self, storage: &Path, repository: &str, tag: &str) {
        let root = storage.join("docker/registry/v2");
        for blob in self.blobs().chain([&self.manifest]) {
            write(&root.join(format!("blobs/sha256/{}/{}/data", &blob.hex[..2], blob.hex)), &blob.bytes);
        }
        let repository = root.join("repositories").join(repository);
        for blob in self.blobs() {
            write_link(&repository.join(format!("_layers/sha256/{}/link", blob.hex)), &blob.hex);
        }
        let hex = &self.manifest.hex;
        write_link(&repository.join(format!("_manifests/revisions/sha256/{hex}/link")), hex);
        write_link(&repository.join(format!("_manifests/tags/{tag}/current/link")), hex);
        write_link(&repository.join(format!("_manifests/tags/{tag}/index/sha256/{hex}/link")), hex);
    }
}

fn write_link(file: &Path, hex: &str) {
    write(file, format!("sha256:{hex}").as_bytes());
}

fn write(file: &Path, bytes: &[u8]) {
    let folder: PathBuf = file.parent().map(Path::to_owned).unwrap_or_default();
    fs::create_dir_all(folder).expect("the folder can be made");
    fs::write(file, bytes).expect("the file can be written");
}
