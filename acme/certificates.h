// Certificates: which certificate a handshake gets: one from the files of the configuration, else a
// leaf of the local CA for a routed local name. A public name without a file is refused, with the
// remedy as the error's text: it is never answered by something people would have to click away.
//
// One object for all loops: find() and publish() may be called from any thread; it answers at once.
#pragma once
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "acme/local_ca.h"
#include "base/net/certificate_source.h"

namespace vaettir::acme {

// What one certificate file of the configuration gave.
struct LoadedFile {
  std::string shown_name;  // path, for reports
  std::shared_ptr<const net::Certificate> certificate;
};

// For start report and status.
struct CertificateFacts {
  std::vector<std::string> names;
  std::string source;  // path of the file, or "local CA"
  WallTime not_after;
};

class Certificates final : public net::CertificateSource {
 public:
  // `ca` outlives this.
  explicit Certificates(LocalCa& ca) : ca_(ca) {}

  // From now on: these files, and the names that routes answer to over TLS (lower case, may be
  // wildcards "*.example.org" or
  // "**.example.org", in the order of matching).
  void publish(std::vector<LoadedFile> files, std::vector<std::string> routed_names);

  Task<Result<std::shared_ptr<const net::Certificate>>> find(std::string_view server_name) override;
  std::vector<CertificateFacts> facts() const;
  // Routed names that no file and no local CA covers: a handshake for them is refused.
  std::vector<std::string> uncovered() const;

 private:
  struct State {
    std::vector<LoadedFile> files;
    std::vector<std::string> routed;
  };
  using Found = Result<std::shared_ptr<const net::Certificate>>;
  std::shared_ptr<const State> state() const;
  Found for_name(const State& state, std::string_view name);
  Found without_name(const State& state);

  LocalCa& ca_;
  mutable std::mutex lock_;
  std::shared_ptr<const State> state_ = std::make_shared<State>();
};

// Does a certificate's or a route's name ("example.org", "*.example.org": one label,
// "**.example.org": any depth) cover the host?
bool covers(std::string_view pattern, std::string_view host);

}  // namespace vaettir::acme
