// Record: one exchange as it is remembered: a line of the access log (JSON with Traefik's field
// names, facts/gateway.md 2.9, and ours: cause, request_id) and the metrics. In the frame of
// Gateway::handle; its destructor writes, so that a request whose client went away is recorded too.
#pragma once
#include "base/core/time.h"
#include "gateway/server/exchange.h"

namespace vaettir::gateway {

class Record {
 public:
  // The loop's clock is read once per turn: exact enough for what takes several.
  explicit Record(Exchange& ex) : ex_(ex), began_(ex.inner().loop().now()) {}
  ~Record();
  Record(const Record&) = delete;
  Record& operator=(const Record&) = delete;

 private:
  void count(Duration took, std::uint16_t status, std::optional<Cause> cause) const;
  void write_line(Duration took, std::uint16_t status, std::optional<Cause> cause);
  void write_times(std::string& line, Duration took) const;
  void write_client(std::string& line) const;
  void write_request(std::string& line) const;
  void write_upstream(std::string& line) const;

  Exchange& ex_;
  Deadline began_;
};

// The target with the values of query parameters that usually are secrets (token, password, ...)
// replaced by stars; the target itself where there is none.
std::string_view without_secrets(std::string_view target, std::string& buffer);

}  // namespace vaettir::gateway
