// TlsContext: what the TLS streams of one TlsServer or TlsClient share: OpenSSL's context, the
// buffers that records pass through, kept sessions. One loop; lives as long as the last stream.
#pragma once
#include <openssl/ssl.h>

#include <array>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/core/result.h"
#include "base/net/tls.h"

namespace vaettir::net {

// RFC 8446 section 5.2 and RFC 5246 section 6.2.3: the largest records, with their headers.
inline constexpr std::size_t kMostPlain = 16 * 1024;
inline constexpr std::size_t kMostRecord = 5 + kMostPlain + 2048;

class SessionCache {
 public:
  SessionCache() = default;
  ~SessionCache();
  SessionCache(const SessionCache&) = delete;
  SessionCache& operator=(const SessionCache&) = delete;
  void put(const std::string& name, SSL_SESSION* session);  // takes it
  // The caller owns it; nullptr: none. Each is used once (RFC 8446 appendix C.4).
  SSL_SESSION* take(const std::string& name);

 private:
  static constexpr std::size_t kMostNames = 256;
  static constexpr std::size_t kMostPerName = 4;  // a server sends two tickets for each connection
  std::map<std::string, std::vector<SSL_SESSION*>> sessions_;
};

struct TlsContext {
  // Errors: internal.
  static Result<std::shared_ptr<TlsContext>> create(const SSL_METHOD* method, TlsVersion least,
                                                    const std::vector<std::string>& alpn);
  TlsContext() = default;
  ~TlsContext();
  TlsContext(const TlsContext&) = delete;
  TlsContext& operator=(const TlsContext&) = delete;

  SSL_CTX* ssl = nullptr;
  BIO_METHOD* bio = nullptr;
  std::string alpn;  // as in the handshake: each name behind its length
  std::shared_ptr<TicketKeys> tickets;
  SessionCache sessions;

  // For the time of one call into OpenSSL: records as received; records to be sent; a head and a
  // body that become one record.
  std::array<char, Loop::kScratchBytes + kMostRecord> in;
  std::vector<char> out;
  std::array<char, kMostPlain> together;
};

// The newest error of OpenSSL in this thread, as text, and none afterwards.
std::string take_ssl_error(std::string_view otherwise);

}  // namespace vaettir::net
