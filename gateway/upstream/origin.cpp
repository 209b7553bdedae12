#include "gateway/upstream/origin.h"

#include "base/net/connect.h"
#include "base/net/stream.h"
#include "base/net/tls.h"
#include "gateway/upstream/origins.h"

namespace vaettir::gateway {

Lease& Lease::operator=(Lease&& other) noexcept {
  end();
  origin_ = std::move(other.origin_);
  connection_ = std::move(other.connection_);
  reused_ = other.reused_;
  return *this;
}

void Lease::end() {
  if (connection_ == nullptr) return;
  if (connection_->reusable()) {
    origin_->give_back(std::move(connection_));
  } else {
    connection_.reset();
  }
}

Origin::Origin(Origins& owner, const routes::ServerUrl& url)
    : owner_(owner),
      host_(url.host),
      port_(url.port),
      tls_(url.tls()),
      authority_(url.authority()) {
  routes::ServerUrl bare = url;
  bare.path.clear();
  url_text_ = bare.text();
  address_ = url.host.find(':') == std::string::npos ? fmt::format("{}:{}", url.host, url.port)
                                                     : fmt::format("[{}]:{}", url.host, url.port);
}

Lease Origin::kept() {
  while (!idle_.empty()) {
    auto connection = std::move(idle_.back().connection);
    idle_.pop_back();
    // The peer may have closed it meanwhile: the event loop has seen that, no system call is
    // needed.
    if (connection->reusable()) return Lease(shared_from_this(), std::move(connection), true);
  }
  return {};
}

void Origin::give_back(std::unique_ptr<http::ClientConnection> connection) {
  if (idle_.size() >= kMostIdle) return;
  connection->rest();
  idle_.push_back({std::move(connection), owner_.loop().now()});
}

void Origin::close_idle(Deadline before) {
  std::erase_if(idle_, [before](const Idle& each) {
    return each.since < before || !each.connection->reusable();
  });
}

Task<Result<Lease>> Origin::connect(Duration dial) {
  const std::shared_ptr<Origin> self = shared_from_this();
  auto connected = co_await stream(owner_.loop().now() + dial);
  if (!connected) co_return std::unexpected(std::move(connected).error().because(url_text_));
  auto connection = std::make_unique<http::ClientConnection>(owner_.loop(), std::move(*connected),
                                                             owner_.limits());
  co_return Lease(self, std::move(connection), false);
}

Task<Result<std::unique_ptr<net::Stream>>> Origin::stream(Deadline deadline) {
  CO_TRY(std::vector<net::Address> addresses,
         co_await owner_.resolver().resolve(host_, port_, deadline));
  CO_TRY(std::unique_ptr<net::Stream> plain,
         co_await net::connect(owner_.loop(), std::move(addresses), deadline));
  if (!tls_) co_return plain;
  CO_TRY(net::TlsClient * client, owner_.tls());
  co_return co_await client->connect(std::move(plain), host_, deadline);
}

}  // namespace vaettir::gateway
