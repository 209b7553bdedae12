// forward(): one exchange to one server and back: lease, request head, body upwards, answer head,
// body downwards, one resend where that is safe. The answer's body holds the lease, so sending it
// pulls from the service, and nobody else buffers. Used by the load balancer and by targets, also
// for exchanges in process.
#pragma once
#include <memory>
#include <string_view>

#include "base/core/time.h"
#include "base/http/exchange.h"
#include "gateway/upstream/origin.h"

namespace vaettir::gateway {

// What is sent where. Views live for the call.
struct Hop {
  Origin& origin;
  std::string_view host;                     // the Host field
  std::string_view path_prefix;              // put before the request's path; empty: none
  std::string_view origin_field;             // replaces Origin where it is not empty
  std::string_view extra_name, extra_value;  // one field more
  Duration dial{};                           // zero: kDefaultDial
  Duration response_header{};                // zero: the service may think as long as it likes
};

// As Traefik; for services on the other side of the world, or of an overloaded switch.
inline constexpr Duration kDefaultDial = std::chrono::seconds(30);

// Fills ex.reply. Errors: causes of the upstream side, or of the client's whose body was read; then
// nothing was answered.
Task<Result<>> forward(http::Exchange& ex, Hop hop);

// Remembers how much of a request's body is there: whether all of it can be sent once more.
class BodyMark {
 public:
  explicit BodyMark(const http::Exchange& ex)
      : ex_(ex), received_(ex.bytes_received), length_(ex.body->length()) {}
  bool untouched() const {
    return ex_.bytes_received == received_ && ex_.body->length() == length_;
  }

 private:
  const http::Exchange& ex_;
  std::uint64_t received_;
  std::optional<std::uint64_t> length_;
};
// RFC 9110 section 9.2.2.
bool is_idempotent(std::string_view method);

}  // namespace vaettir::gateway
