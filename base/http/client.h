// FetchClient: outgoing requests to hosts that are no target (a workflow's HTTP Request, later
// ACME and OTLP), on libcurl's multi interface driven by the loop. One per loop, outlives its
// fetches. Destroying a fetch's task cancels the transfer. Proxied traffic never comes here.
#pragma once
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/async/loop.h"
#include "base/async/task.h"
#include "base/core/result.h"
#include "base/net/address.h"

namespace vaettir::http {

struct FetchRequest {
  std::string method = "GET";
  std::string url;  // http or https
  // Sent in this order; Content-Length, Transfer-Encoding and (unless given here) Host are ours.
  std::vector<std::pair<std::string, std::string>> headers;
  std::string body;
  bool send_body = false;  // an empty body with Content-Length: 0 where true

  Duration connect_timeout = std::chrono::seconds(10);
  Duration timeout = std::chrono::seconds(300);  // the whole fetch
  // Redirects are followed by the layers above, which know targets and credentials.
  bool follow_redirects = false;
  int max_redirects = 20;
  std::uint64_t max_response_bytes = 64ull * 1024 * 1024;  // after decoding; body_too_large above
  bool decompress = true;  // sends Accept-Encoding (unless given) and decodes
  bool verify_tls = true;  // certificate and name
  std::string ca_file;     // PEM; empty: the system's
  std::string proxy;       // empty: none, whatever the environment says
};

struct FetchResult {
  int status = 0;
  std::string reason;
  std::vector<std::pair<std::string, std::string>> headers;  // of the final response, in order
  std::string body;
  std::string final_url;
  std::string http_version;  // "1.1", "2"
};

// Is this resolved address one that a fetch may connect to? Called for every attempt.
using AddressCheck = std::function<bool(const net::Address&)>;
// Refuses link-local addresses, which are where cloud metadata services listen.
bool is_allowed_by_default(const net::Address& address);

class FetchClient {
 public:
  explicit FetchClient(Loop& loop, AddressCheck allowed = is_allowed_by_default);
  ~FetchClient();
  FetchClient(const FetchClient&) = delete;
  FetchClient& operator=(const FetchClient&) = delete;

  // Errors: bad_request (URL or header that cannot be sent), dns_failure, connect_refused,
  // connect_timeout, connect_unreachable, tls_handshake, tls_certificate, upstream_timeout,
  // upstream_reset, upstream_bad_response, body_too_large, ssrf_blocked.
  Task<Result<FetchResult>> fetch(FetchRequest request);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace vaettir::http
