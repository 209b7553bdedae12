// Settings of one configuration file: both halves of Traefik and what is ours. Inside routes/ only.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "base/schema/node.h"
#include "routes/settings_entry_point.h"
#include "routes/settings_http.h"

namespace vaettir::routes {

struct FileProviderSettings {
  std::string directory, filename;
  bool watch = true;
  NotYet ignored;
  template <class V>
  void fields(V& v) {
    v("directory", directory, "Folder of route files (*.yml, *.yaml)");
    v("filename", filename, "One route file");
    v("watch", watch, "Follow changes");
    v.not_yet(ignored, kNoEffect, {"debugLogGeneratedTemplate"});
  }
  Result<> validate() const {
    if (directory.empty() != filename.empty()) return {};
    return fail(Cause::kBadRequest, "needs either 'directory' or 'filename'");
  }
};

struct ProvidersSettings {
  std::optional<FileProviderSettings> file;
  NotYet ignored;
  template <class V>
  void fields(V& v) {
    v("file", file, "Route files");
    v.not_yet(
        ignored, kNoEffect,
        {"providersThrottleDuration", "precedence", "docker", "swarm", "http", "rest", "redis",
         "consul", "consulCatalog", "etcd", "zooKeeper", "nomad", "ecs", "kubernetesCRD",
         "kubernetesIngress", "kubernetesGateway", "kubernetesIngressNGINX", "knative"});
    v.unsupported("plugin", "write route files, or set targets by the API");
  }
};

struct FileLog {
  std::string level = "info";
  std::string file_path;
  std::optional<Located<std::string>> format;
  NotYet ignored;
  template <class V>
  void fields(V& v) {
    v("level", level, "Least important line that is written",
      schema::OneOf{{"trace", "debug", "info", "warn", "error", "fatal", "panic"}});
    v("filePath", file_path, "File; standard error without one");
    v("format", format, "Form of the lines", schema::OneOf{{"common", "json"}});
    v.not_yet(ignored, kNoEffect,
              {"noColor", "maxSize", "maxAge", "maxBackups", "compress", "otlp"});
  }
};

struct AccessLog {
  bool enabled = true;
  std::string file_path;
  std::optional<Located<std::string>> format;
  NotYet ignored;
  template <class V>
  void fields(V& v) {
    v("enabled", enabled, "Write one line for each request");
    v("filePath", file_path, "File; standard output without one");
    v("format", format, "Form of the lines", schema::OneOf{{"common", "genericCLF", "json"}});
    v.not_yet(ignored, kNoEffect,
              {"bufferingSize", "addInternals", "dualOutput", "filters", "fields", "otlp"});
  }
};

struct CertificateSettings {
  Located<std::string> cert_file, key_file;
  NotYet ignored;
  template <class V>
  void fields(V& v) {
    v("certFile", cert_file, "Certificate chain: a PEM file", schema::required, schema::non_empty);
    v("keyFile", key_file, "Its private key: a PEM file", schema::required, schema::non_empty);
    v.not_yet(ignored, kNoEffect, {"stores"});
  }
};

struct LocalCa {
  std::vector<std::string> names;
  template <class V>
  void fields(V& v) {
    v("names", names, "Local names it vouches for besides the routed ones");
  }
};

struct TlsFileSettings {
  std::vector<CertificateSettings> certificates;
  LocalCa local_ca;
  schema::Map<schema::Node> options;
  NotYet ignored;
  template <class V>
  void fields(V& v) {
    v("certificates", certificates, "Certificate files");
    v("localCA", local_ca, "Certificates for local names, made by ourselves");
    v("options", options, "Named TLS options");
    v.not_yet(ignored, kNoEffect, {"stores"});
  }
};

struct Eab {
  std::string kid;
  schema::Secret hmac_encoded;
  template <class V>
  void fields(V& v) {
    v("kid", kid, "Key identifier");
    v("hmacEncoded", hmac_encoded, "Key, base64url");
  }
};

struct HttpChallenge {
  std::string entry_point;
  Duration delay = 0s;
  template <class V>
  void fields(V& v) {
    v("entryPoint", entry_point, "Entry point on port 80");
    v("delay", delay, "Pause before the challenge");
  }
};

struct TlsChallenge {
  Duration delay = 0s;
  template <class V>
  void fields(V& v) {
    v("delay", delay, "Pause before the challenge");
  }
};

struct DnsChallenge {
  std::string provider;
  std::vector<std::string> resolvers;
  schema::Node propagation;
  Duration delay_before_check = 0s;
  bool disable_propagation_check = false;
  template <class V>
  void fields(V& v) {
    v("provider", provider, "DNS provider");
    v("resolvers", resolvers, "Name servers asked for propagation");
    v("propagation", propagation, "How propagation is checked");
    v("delayBeforeCheck", delay_before_check, "Pause before the check");
    v("disablePropagationCheck", disable_propagation_check, "Do not check");
  }
};

struct AcmeSettings {
  std::string email, storage = "acme.json", key_type = "EC256", preferred_chain, profile;
  std::string ca_server = "https://acme-v02.api.letsencrypt.org/directory", ca_server_name;
  std::vector<std::string> email_addresses, ca_certificates;
  std::uint32_t certificates_duration = 2160;  // hours
  bool disable_common_name = false, ca_system_cert_pool = false;
  std::optional<Eab> eab;
  Duration client_timeout = 2min, client_response_header_timeout = 30s, certificate_timeout = 30s;
  std::optional<HttpChallenge> http_challenge;
  std::optional<TlsChallenge> tls_challenge;
  std::optional<DnsChallenge> dns_challenge;
  template <class V>
  void fields(V& v) {
    v("email", email, "Contact of the account");
    v("storage", storage, "Where account and certificates are kept");
    v("caServer", ca_server, "Directory of the authority");
    v("keyType", key_type, "Kind of keys",
      schema::OneOf{{"EC256", "EC384", "RSA2048", "RSA4096", "RSA8192"}});
    v("certificatesDuration", certificates_duration, "Hours a certificate is valid");
    v("preferredChain", preferred_chain, "Name of the wanted root");
    v("profile", profile, "Profile of the certificates");
    v("disableCommonName", disable_common_name, "Leave the common name out");
    v("emailAddresses", email_addresses, "Addresses in the request");
    v("eab", eab, "External account binding");
    v("caCertificates", ca_certificates, "Roots of the authority's server");
    v("caSystemCertPool", ca_system_cert_pool, "Trust the system's roots as well");
    v("caServerName", ca_server_name, "Name in the authority's certificate");
    v("clientTimeout", client_timeout, "Time for one exchange with the authority");
    v("clientResponseHeaderTimeout", client_response_header_timeout,
      "Time for its answer to begin");
    v("certificateTimeout", certificate_timeout, "Time for a certificate to be issued");
    v("httpChallenge", http_challenge, "Prove control by HTTP");
    v("tlsChallenge", tls_challenge, "Prove control by TLS-ALPN");
    v("dnsChallenge", dns_challenge, "Prove control by DNS");
  }
};

struct ResolverSettings {
  std::optional<AcmeSettings> acme;
  NotYet ignored;
  template <class V>
  void fields(V& v) {
    v("acme", acme, "An ACME authority such as Let's Encrypt");
    v.not_yet(ignored, kNoEffect, {"tailscale"});
  }
};

struct DefaultTransport {
  ForwardingTimeouts forwarding_timeouts;
  NotYet ignored;
  template <class V>
  void fields(V& v) {
    v("forwardingTimeouts", forwarding_timeouts, "Limits towards all servers");
    v.not_yet(ignored, kNoEffect,
              {"insecureSkipVerify", "rootCAs", "maxIdleConnsPerHost", "spiffe"});
  }
};

struct CoreSettings {
  std::optional<Located<std::string>> default_rule_syntax;
  template <class V>
  void fields(V& v) {
    v("defaultRuleSyntax", default_rule_syntax, "Version of the rule language",
      schema::OneOf{{"v3", "v2"}});
  }
};

struct ExperimentalSettings {
  NotYet ignored;
  template <class V>
  void fields(V& v) {
    v.not_yet(ignored, kNoEffect,
              {"abortOnPluginFailure", "fastProxy", "otlplogs", "kubernetesGateway", "knative",
               "kubernetesIngressNGINX"});
    v.unsupported("plugins", "use the built-in middlewares");
    v.unsupported("localPlugins", "use the built-in middlewares");
  }
};

struct FileSettings {
  schema::Map<EntryPointSettings> entry_points;
  schema::Map<ResolverSettings> resolvers;
  ProvidersSettings providers;
  std::optional<FileLog> log;
  std::optional<AccessLog> access_log;
  std::optional<Located<std::string>> domain;
  schema::Map<TargetSettings> targets;
  HttpSettings http;
  TlsFileSettings tls;
  DefaultTransport servers_transport;
  CoreSettings core;
  std::optional<ExperimentalSettings> experimental;
  NotYet ignored;
  template <class V>
  void fields(V& v) {
    v("entryPoints", entry_points, "Where clients connect");
    v("certificatesResolvers", resolvers, "Where certificates come from");
    v("providers", providers, "Where routes come from besides this file");
    v("log", log, "The program's log");
    v("accessLog", access_log, "The log of requests");
    v("domain", domain, "Public targets are NAME.<domain>", schema::non_empty);
    v("targets", targets, "Services whose address changes while they are developed");
    v("http", http, "Routers, services and middlewares");
    v("tls", tls, "Certificates");
    v("serversTransport", servers_transport, "Connections to servers");
    v("core", core, "Version of the rule language");
    v("experimental", experimental, "Traefik's experiments");
    v.not_yet(ignored, kNoEffect,
              {"global", "api", "ping", "metrics", "tracing", "tcp", "tcpServersTransport",
               "hostResolver", "ocsp", "spiffe"});
    v.unsupported("udp", "run a UDP proxy beside");
  }
};

// Keys of FileSettings that are for the main file alone.
inline constexpr std::string_view kMainKeys[] = {"entryPoints",
                                                 "certificatesResolvers",
                                                 "providers",
                                                 "log",
                                                 "accessLog",
                                                 "domain",
                                                 "serversTransport",
                                                 "core",
                                                 "experimental",
                                                 "global",
                                                 "api",
                                                 "ping",
                                                 "metrics",
                                                 "tracing",
                                                 "tcpServersTransport",
                                                 "hostResolver",
                                                 "ocsp",
                                                 "spiffe"};

}  // namespace vaettir::routes
