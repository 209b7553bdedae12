// What the tests of TLS share: a server and a client on one loop, and a handshake between them.
#pragma once
#include <gtest/gtest.h>

#include "base/net/tls.h"
#include "tests/unit/base/net/net_kit.h"

namespace vaettir::net {

using namespace std::chrono_literals;
using kit::finish;
using Handshake = Task<Result<std::unique_ptr<Stream>>>;

// Everything is real but the distance: sockets over loopback, certificates made on the spot.
struct TlsTest : testing::Test {
  Loop loop{"test"};
  kit::Made made = kit::make_certificate({"a.test", "*.wild.test", "127.0.0.1"});
  kit::FixedSource source;
  std::shared_ptr<TicketKeys> tickets = std::make_shared<TicketKeys>();
  std::unique_ptr<TlsServer> server;
  std::unique_ptr<TlsClient> client;

  TlsTest() {
    source.certificates["a.test"] = made.certificate;
    server = make_server({.alpn = {"h2", "http/1.1"}});
    client = make_client({.roots_pem = made.certificate_pem});
  }
  std::unique_ptr<TlsServer> make_server(TlsServerOptions options) {
    return *TlsServer::create(loop, source, tickets, std::move(options));
  }
  std::unique_ptr<TlsClient> make_client(TlsClientOptions options) {
    return *TlsClient::create(loop, std::move(options));
  }

  struct Both {
    Result<std::unique_ptr<Stream>> server = fail(Cause::kInternal, "not done");
    Result<std::unique_ptr<Stream>> client = fail(Cause::kInternal, "not done");
  };
  Both shake(const std::string& name, int buffer = 0) {
    kit::Pair pair = kit::tcp_pair(buffer);
    const Deadline deadline = Clock::now() + 20s;
    Handshake far = server->accept(std::move(pair.far), deadline);
    Handshake near =
        client->connect(plain_stream(loop, std::move(pair.near), Side::kUpstream), name, deadline);
    Both both;
    both.client = finish(loop, near);
    both.server = finish(loop, far);
    return both;
  }
};

}  // namespace vaettir::net
