// TLS 1.2 and 1.3 over a socket, both ends. TlsServer and TlsClient: one per loop and
// configuration; streams keep what they need of them and may live longer. A handshake is a task:
// destroying it closes the socket. Renegotiation, compression and early data are off.
//
// Reading takes whole batches of records from the socket with one system call and decrypts them
// from the loop's buffer; writing puts head and body into one record. An idle stream holds no
// buffers.
#pragma once
#include <array>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "base/async/loop.h"
#include "base/async/task.h"
#include "base/core/result.h"
#include "base/net/certificate_source.h"
#include "base/net/stream.h"

struct ssl_ctx_st;

namespace vaettir::net {

enum class TlsVersion : std::uint8_t { k12, k13 };

// Keys of session tickets, shared by all loops, so that a session begun on one resumes on another.
// A key issues tickets for kTicketLife and is understood for as long again. Any thread.
class TicketKeys {
 public:
  static constexpr std::chrono::hours kTicketLife{12};
  struct Key {
    std::array<unsigned char, 16> name;
    std::array<unsigned char, 32> cipher;
    std::array<unsigned char, 32> mac;
    Clock::time_point issued;
  };
  TicketKeys();
  ~TicketKeys();
  Key current();
  // The key of that name and whether its tickets should be replaced.
  std::optional<std::pair<Key, bool>> named(const unsigned char (&name)[16]);
  // Makes a new key the current one; by itself every kTicketLife.
  void rotate();

 private:
  void rotate_locked(Clock::time_point now);
  std::mutex lock_;
  std::vector<Key> keys_;  // newest first, at most two
};

struct TlsServerOptions {
  std::vector<std::string> alpn = {"http/1.1"};  // in order of preference; empty: not negotiated
  TlsVersion least = TlsVersion::k12;
};

class TlsServer {
 public:
  // Errors: internal. `source` outlives the handshakes.
  static Result<std::unique_ptr<TlsServer>> create(Loop& loop, CertificateSource& source,
                                                   std::shared_ptr<TicketKeys> tickets,
                                                   TlsServerOptions options);
  virtual ~TlsServer() = default;
  // Errors: tls_certificate (no certificate for the name: the source's text), tls_handshake (what
  // the peer did wrong, or the alert it sent), client_timeout, client_abort. The result's tls() is
  // set.
  virtual Task<Result<std::unique_ptr<Stream>>> accept(UniqueFd fd, Deadline deadline) = 0;
};

struct TlsClientOptions {
  bool verify = true;     // chain and name
  std::string roots_pem;  // empty: the system's store
  std::vector<std::string> alpn = {"http/1.1"};
  TlsVersion least = TlsVersion::k12;
  std::shared_ptr<const Certificate> certificate;  // ours, where the server asks for one
};

class TlsClient {
 public:
  // Errors: tls_certificate (roots that cannot be read), internal.
  static Result<std::unique_ptr<TlsClient>> create(Loop& loop, TlsClientOptions options);
  virtual ~TlsClient() = default;
  // `server_name` is sent (unless it is an IP address) and is what the certificate must be for.
  // Sessions are kept per name and resumed. Errors: tls_certificate with the reason of the
  // verification, tls_handshake, and timeout or reset of the stream's side.
  virtual Task<Result<std::unique_ptr<Stream>>> connect(std::unique_ptr<Stream> plain,
                                                        std::string server_name,
                                                        Deadline deadline) = 0;
};

}  // namespace vaettir::net
