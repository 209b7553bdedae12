// What is known of the way a request took before us, and what the service learns of it
// (facts/gateway.md 2.6): fields of one hop end here, X-Forwarded-* of strangers is dropped, ours
// is added; underscore spellings that a CGI-like service would confuse with a dashed name are
// dropped; a request for a name that its TLS connection was not opened for is refused. Pure but for
// the exchange.
#pragma once
#include "gateway/server/exchange.h"

namespace vaettir::gateway {

class Forwarded {
 public:
  // Cleans and completes the request's fields, or refuses it (misdirected).
  static void receive(Exchange& ex);

 private:
  static void clean(Exchange& ex);
  static void complete(Exchange& ex);
  static void check_name(Exchange& ex);
};

}  // namespace vaettir::gateway
