// Origin: one server address as one loop sees it: connects to it, keeps the connections that may be
// used again (last in, first out), and hands them out as leases. Connections are shared only by
// requests that are equal in scheme, address and server name. Owned by Origins and by whoever
// leases; lives on one loop.
#pragma once
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "base/async/loop.h"
#include "base/http/h1_client.h"
#include "base/http/limits.h"
#include "base/net/resolver.h"
#include "base/observe/metrics.h"
#include "gateway/server/shared.h"
#include "routes/url.h"

namespace vaettir::net {
class TlsClient;
}

namespace vaettir::gateway {

class Origin;
class Origins;

// A connection in use. Destroying it gives the connection back where it may be used again, and
// closes it otherwise.
class Lease {
 public:
  Lease() = default;
  Lease(std::shared_ptr<Origin> origin, std::unique_ptr<http::ClientConnection> connection,
        bool reused)
      : origin_(std::move(origin)), connection_(std::move(connection)), reused_(reused) {}
  Lease(Lease&&) noexcept = default;
  Lease& operator=(Lease&& other) noexcept;
  ~Lease() { end(); }

  explicit operator bool() const { return connection_ != nullptr; }
  http::ClientConnection* operator->() const { return connection_.get(); }
  // It has carried a request before: its end may have crossed ours on the way.
  bool reused() const { return reused_; }
  // For a tunnel, which never comes back.
  std::unique_ptr<http::ClientConnection> take() { return std::move(connection_); }

 private:
  void end();
  std::shared_ptr<Origin> origin_;
  std::unique_ptr<http::ClientConnection> connection_;
  bool reused_ = false;
};

class Origin : public std::enable_shared_from_this<Origin> {
 public:
  // Enough for the bursts of one loop; a connection beyond it is closed instead of kept.
  static constexpr std::size_t kMostIdle = 256;

  Origin(Origins& owner, const routes::ServerUrl& url);
  Origin(const Origin&) = delete;
  Origin& operator=(const Origin&) = delete;

  // A kept connection that is still good; empty: there is none.
  Lease kept();
  // A new one. Errors: dns_failure, connect_*, tls_handshake, tls_certificate, with the address.
  Task<Result<Lease>> connect(Duration dial);

  const std::string& url() const { return url_text_; }         // "http://10.0.0.1:8080"
  const std::string& address() const { return address_; }      // "10.0.0.1:8080"
  const std::string& authority() const { return authority_; }  // what Host says of it
  std::string_view scheme() const { return tls_ ? "https" : "http"; }
  bool tls() const { return tls_; }
  std::size_t idle() const { return idle_.size(); }
  Origins& owner() const { return owner_; }

 private:
  friend class Lease;
  friend class Origins;
  struct Idle {
    std::unique_ptr<http::ClientConnection> connection;
    Deadline since;
  };
  void give_back(std::unique_ptr<http::ClientConnection> connection);
  // Closes what has been idle for too long, or everything.
  void close_idle(Deadline before);
  Task<Result<std::unique_ptr<net::Stream>>> stream(Deadline deadline);

  Origins& owner_;
  std::string host_;
  std::uint16_t port_;
  bool tls_;
  std::string url_text_, address_, authority_;
  std::vector<Idle> idle_;  // the newest last
};

}  // namespace vaettir::gateway
