# syntax=docker/dockerfile:1

# Build: the same toolchain as rust-toolchain.toml.
FROM rust:1.95-bookworm AS build
WORKDIR /source
COPY . .
RUN --mount=type=cache,target=/usr/local/cargo/registry \
    --mount=type=cache,target=/source/target \
    cargo build --locked --profile dist --package portreeve \
    && cp target/dist/portreeve /usr/local/bin/portreeve \
    && mkdir -p /empty/data /empty/export

# Run: glibc, CA certificates and nothing else; no shell, no package manager, not root.
FROM gcr.io/distroless/cc-debian12:nonroot
COPY --from=build /usr/local/bin/portreeve /usr/local/bin/portreeve
# /data holds the master key and, without PostgreSQL, the database; /export is for files that others read.
COPY --from=build --chown=65532:65532 /empty/ /
# The lowest layer, so that any PORTREEVE_ or KC_ variable still goes before it.
COPY <<EOF /etc/portreeve/portreeve.toml
data_dir = "/data"
listen = "0.0.0.0:8080"
management_listen = "0.0.0.0:9000"
log_format = "json"
EOF
ENV PORTREEVE_CONFIG=/etc/portreeve/portreeve.toml
VOLUME /data
EXPOSE 8080 9000
USER 65532:65532
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=6s --start-period=60s --start-interval=1s CMD ["/usr/local/bin/portreeve", "health"]
ENTRYPOINT ["/usr/local/bin/portreeve"]
CMD ["serve"]
