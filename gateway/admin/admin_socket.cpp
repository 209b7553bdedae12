#include "gateway/admin/admin_socket.h"

#include <sys/socket.h>
#include <unistd.h>

#include "base/net/stream.h"

namespace vaettir::gateway {
namespace {

constexpr unsigned kOwnerOnly = 0600;

bool is_allowed(int fd) {
  ucred peer = {};
  socklen_t size = sizeof peer;
  if (::getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &size) != 0) return false;
  return peer.uid == ::geteuid() || peer.uid == 0;
}

}  // namespace

AdminSocket::AdminSocket(Loop& loop, http::Service& root, Shared& shared)
    : loop_(loop),
      shared_(shared),
      server_(loop, root, shared.clock, {.limits = shared.limits, .renderer = &refusals_}) {}

Result<> AdminSocket::listen(const std::filesystem::path& path) {
  TRY(const net::Address address, net::Address::unix_path(path.string()));
  net::Listener::Options options;
  options.reuse_port = false;
  options.unix_mode = kOwnerOnly;
  TRY(listener_,
      net::Listener::bind(loop_, address, std::move(options), [this](net::Accepted connection) {
        connections_.spawn(converse(std::move(connection)));
      }));
  return {};
}

void AdminSocket::drain() {
  listener_.reset();
  server_.drain();
}

Task<void> AdminSocket::converse(net::Accepted connection) {
  if (!is_allowed(connection.fd.value())) {
    shared_.log.warn("another user has tried to use the admin socket");
    co_return;
  }
  http::Client client;
  client.peer = client.local = net::Address::local_of(connection.fd.value());
  client.entry_point = "admin";
  const auto stream = net::plain_stream(loop_, std::move(connection.fd), Side::kClient);
  co_await server_.serve(*stream, client);
}

}  // namespace vaettir::gateway
