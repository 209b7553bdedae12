#include "acme/certificates.h"

#include <algorithm>

#include "acme/local_name.h"

namespace vaettir::acme {
namespace {

std::shared_ptr<const net::Certificate> file_for(const std::vector<LoadedFile>& files,
                                                 std::string_view name) {
  // An exact name wins over a wildcard, whatever the order of the files.
  for (const bool wildcards : {false, true}) {
    for (const LoadedFile& file : files) {
      for (const std::string& known : file.certificate->names()) {
        if (known.starts_with('*') == wildcards && covers(known, name)) return file.certificate;
      }
    }
  }
  return nullptr;
}

bool is_pattern(std::string_view name) { return name.starts_with('*'); }

// The name under a wildcard that can stand for it in a question about locality.
std::string_view below_stars(std::string_view pattern) {
  const std::size_t start = pattern.find_first_not_of("*.");
  return start == std::string_view::npos ? std::string_view() : pattern.substr(start);
}

}  // namespace

bool covers(std::string_view pattern, std::string_view host) {
  if (!is_pattern(pattern)) return pattern == host;
  const bool any_depth = pattern.starts_with("**.");
  const std::string_view suffix = pattern.substr(any_depth ? 2 : 1);
  if (suffix.empty()) return true;  // "*" alone: every name
  if (host.size() <= suffix.size() || !host.ends_with(suffix)) return false;
  const std::string_view label = host.substr(0, host.size() - suffix.size());
  return any_depth || label.find('.') == std::string_view::npos;
}

void Certificates::publish(std::vector<LoadedFile> files, std::vector<std::string> routed_names) {
  auto next = std::make_shared<const State>(State{std::move(files), std::move(routed_names)});
  std::lock_guard guard(lock_);
  state_ = std::move(next);
}

std::shared_ptr<const Certificates::State> Certificates::state() const {
  std::lock_guard guard(lock_);
  return state_;
}

Task<Result<std::shared_ptr<const net::Certificate>>> Certificates::find(
    std::string_view server_name) {
  const auto current = state();
  return server_name.empty() ? without_name(*current) : for_name(*current, server_name);
}

Certificates::Found Certificates::for_name(const State& state, std::string_view name) {
  if (auto certificate = file_for(state.files, name)) return certificate;
  const bool routed = std::any_of(state.routed.begin(), state.routed.end(),
                                  [&](const std::string& known) { return covers(known, name); });
  if (!routed) {
    return fail(
        Cause::kTlsCertificate,
        fmt::format("no route answers to '{}': add a router with Host(`{}`), or correct the "
                    "name that the client asks for",
                    name, name));
  }
  if (is_local_name(name)) return ca_.certificate_for(name);
  return fail(Cause::kTlsCertificate,
              fmt::format("there is no certificate for '{}': name its files under "
                          "tls.certificates (certFile, keyFile); the local CA vouches for local "
                          "names only",
                          name));
}

Certificates::Found Certificates::without_name(const State& state) {
  for (const std::string& name : state.routed) {
    if (!is_pattern(name) && is_local_name(name)) return for_name(state, name);
  }
  if (!state.files.empty()) return state.files.front().certificate;
  return fail(Cause::kTlsCertificate,
              "the client names no host (it connects by address), and no certificate is set for "
              "that: call the service by its name, or route a local name");
}

std::vector<CertificateFacts> Certificates::facts() const {
  const auto current = state();
  std::vector<CertificateFacts> all;
  for (const LoadedFile& file : current->files) {
    all.push_back({file.certificate->names(), file.shown_name, file.certificate->not_after()});
  }
  CertificateFacts local{{}, "local CA", ca_.not_after()};
  for (const std::string& name : current->routed) {
    const std::string_view asked = is_pattern(name) ? below_stars(name) : name;
    if (is_local_name(asked) && !file_for(current->files, name)) local.names.push_back(name);
  }
  if (!local.names.empty()) all.push_back(std::move(local));
  return all;
}

std::vector<std::string> Certificates::uncovered() const {
  const auto current = state();
  std::vector<std::string> names;
  for (const std::string& name : current->routed) {
    const std::string_view asked = is_pattern(name) ? below_stars(name) : name;
    if (!is_local_name(asked) && !file_for(current->files, name)) names.push_back(name);
  }
  return names;
}

}  // namespace vaettir::acme
