// `vaettir trust`: how to make this machine's programs trust the certificates of the local CA.
#include "acme/local_ca.h"
#include "app/command.h"
#include "app/data_directory.h"
#include "base/core/json.h"

namespace vaettir::app {
namespace {

struct Options {
  std::string data;
  bool json = false;
};

std::string instructions(const acme::LocalCa& ca) {
  const std::string file = ca.root_file().string();
  std::string out;
  out += fmt::format("Local certificate authority: {}\n", file);
  out += fmt::format("SHA-256 fingerprint: {}\n\n", ca.fingerprint());
  out +=
      "It can vouch for localhost, .localhost, .test, .internal, .home.arpa and private addresses "
      "only;\nits key never leaves this machine. To trust it:\n\n";
  out += fmt::format("  curl            curl --cacert {} https://vaettir.localhost:8443/\n", file);
  out += fmt::format(
      "  Debian, Ubuntu  cp {} /usr/local/share/ca-certificates/vaettir-local.crt && "
      "update-ca-certificates\n",
      file);
  out += fmt::format(
      "  Fedora          cp {} /etc/pki/ca-trust/source/anchors/ && update-ca-trust\n", file);
  out += fmt::format(
      "  macOS           security add-trusted-cert -r trustRoot -k "
      "~/Library/Keychains/login.keychain-db {}\n",
      file);
  out += fmt::format("  Windows         certutil -addstore -user Root {}\n", file);
  out += fmt::format(
      "  Chromium        certutil -d sql:$HOME/.pki/nssdb -A -t C,, -n vaettir-local -i {}\n",
      file);
  out += "  Firefox         Settings, Certificates, Authorities, Import (websites)\n";
  out += fmt::format("  Node.js         NODE_EXTRA_CA_CERTS={}\n", file);
  out += fmt::format("  Python          REQUESTS_CA_BUNDLE={} (or SSL_CERT_FILE)\n", file);
  return out;
}

int print_trust(Terminal& terminal, const Options& options) {
  const auto directory = data_directory(options.data, process_environment());
  auto ca = acme::LocalCa::open(directory / "ca", real_wall_clock());
  if (!ca) {
    terminal.error(ca.error().text());
    return kFailed;
  }
  if (!options.json) {
    terminal.print(instructions(**ca));
    return kOk;
  }
  json::ObjectBuilder out;
  out.set("file", (*ca)->root_file().string());
  out.set("fingerprint", (*ca)->fingerprint());
  out.set("pem", (*ca)->root_pem());
  terminal.line(json::to_text(out.finish(), 2));
  return kOk;
}

Run declare(CLI::App& sub) {
  auto options = std::make_shared<Options>();
  sub.add_option("--data", options->data, "Data directory (default: as for 'serve')");
  sub.add_flag("--json", options->json, "For programs: file, fingerprint and PEM text");
  return [options](Terminal& terminal) { return print_trust(terminal, *options); };
}

}  // namespace

extern const Command trust;
constinit const Command trust = {"trust", "Show how to trust the local certificate authority",
                                 declare};

}  // namespace vaettir::app
