// CertificateSource: which certificate answers for a name. Implemented by acme and gateway, asked
// by tls.h during the handshake; one per loop, outlives the handshakes that ask.
#pragma once
#include <memory>
#include <string_view>

#include "base/async/task.h"
#include "base/net/certificate.h"

namespace vaettir::net {

class CertificateSource {
 public:
  virtual ~CertificateSource() = default;
  // `server_name` is lower case, a valid host name, and lives as long as the task; empty: the
  // client named none. An error is answered by the alert unrecognized_name; its text says why and
  // what to do, and reaches the log through the handshake's error.
  virtual Task<Result<std::shared_ptr<const Certificate>>> find(std::string_view server_name) = 0;
};

}  // namespace vaettir::net
