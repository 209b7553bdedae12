#include <fcntl.h>
#include <gtest/gtest.h>
#include <openssl/ssl.h>

#include <thread>

#include "tests/unit/base/net/tls_fixture.h"

namespace vaettir::net {
namespace {

TEST_F(TlsTest, AgreesOnVersionProtocolAndName) {
  Both both = shake("a.test");
  ASSERT_TRUE(both.client) << both.client.error().text();
  ASSERT_TRUE(both.server) << both.server.error().text();
  const TlsInfo& info = *(*both.server)->tls();
  EXPECT_EQ(info.server_name, "a.test");
  EXPECT_EQ(info.alpn, "http/1.1");
  EXPECT_EQ(info.version, "TLSv1.3");
  EXPECT_FALSE(info.cipher.empty());
  EXPECT_FALSE(info.resumed);
  EXPECT_EQ((*both.client)->tls()->alpn, "http/1.1");
  EXPECT_EQ(source.asked, std::vector<std::string>{"a.test"});
}

TEST_F(TlsTest, TheServersOrderOfProtocolsDecides) {
  client = make_client({.roots_pem = made.certificate_pem, .alpn = {"http/1.1", "h2"}});
  EXPECT_EQ((*shake("a.test").server)->tls()->alpn, "h2");
  client = make_client({.roots_pem = made.certificate_pem, .alpn = {}});
  EXPECT_EQ((*shake("a.test").server)->tls()->alpn, "");
  client = make_client({.roots_pem = made.certificate_pem, .alpn = {"spdy/3"}});
  Both both = shake("a.test");
  EXPECT_EQ(both.server.error().cause(), Cause::kTlsHandshake);
  EXPECT_EQ(both.client.error().cause(), Cause::kTlsHandshake);
}

TEST_F(TlsTest, CarriesBytesBothWaysInTls12Too) {
  for (const TlsVersion version : {TlsVersion::k12, TlsVersion::k13}) {
    server = make_server({.least = version});
    Both both = shake("a.test");
    ASSERT_TRUE(both.client && both.server);
    Task<Result<std::string>> reader = kit::read_exactly(**both.server, 5);
    EXPECT_FALSE(reader.done());
    ASSERT_TRUE(finish(loop, kit::write_all(**both.client, "hello")));
    EXPECT_EQ(*finish(loop, reader), "hello");
    ASSERT_TRUE(finish(loop, kit::write_all(**both.server, "world")));
    EXPECT_EQ(*finish(loop, kit::read_exactly(**both.client, 5)), "world");
  }
}

TEST_F(TlsTest, AnUnknownNameGetsAnAlertAndItsReason) {
  Both both = shake("b.test");
  ASSERT_FALSE(both.server);
  EXPECT_EQ(both.server.error().cause(), Cause::kTlsCertificate);
  EXPECT_EQ(both.server.error().text(), "no certificate for 'b.test': nobody made one; make one");
  ASSERT_FALSE(both.client);
  EXPECT_EQ(both.client.error().cause(), Cause::kTlsHandshake);
  EXPECT_NE(both.client.error().text().find("unrecognized name"), std::string::npos)
      << both.client.error().text();
}

TEST_F(TlsTest, AClientThatNamesNoHostIsAskedForAsEmpty) {
  client = make_client({.verify = false});
  Both both = shake("127.0.0.1");  // an address is not sent
  ASSERT_FALSE(both.server);
  EXPECT_EQ(source.asked, std::vector<std::string>{""});
  source.certificates[""] = made.certificate;
  EXPECT_TRUE(shake("127.0.0.1").server);
}

// RFC 6066 section 3 forbids it; wrk and others do it all the same.
TEST_F(TlsTest, AnAddressAsServerNameCountsAsNone) {
  source.certificates[""] = made.certificate;
  kit::Pair pair = kit::tcp_pair();
  Handshake accepted = server->accept(std::move(pair.far), Clock::now() + 20s);
  std::thread peer([fd = pair.near.value()] {
    ::fcntl(fd, F_SETFL, ::fcntl(fd, F_GETFL) & ~O_NONBLOCK);
    SSL_CTX* context = SSL_CTX_new(TLS_client_method());
    SSL* ssl = SSL_new(context);
    SSL_set_tlsext_host_name(ssl, "127.0.0.1");
    SSL_set_fd(ssl, fd);
    EXPECT_EQ(SSL_connect(ssl), 1);
    SSL_free(ssl);
    SSL_CTX_free(context);
  });
  EXPECT_TRUE(finish(loop, accepted));
  peer.join();
  EXPECT_EQ(source.asked, std::vector<std::string>{""});
}

TEST_F(TlsTest, TheCertificateMayTakeItsTime) {
  source.slow_on = &loop;
  EXPECT_TRUE(shake("a.test").server);
  Both both = shake("c.test");
  ASSERT_FALSE(both.server);
  EXPECT_NE(both.server.error().text().find("not even later"), std::string::npos);

  kit::Pair pair = kit::tcp_pair();
  Handshake near =
      client->connect(plain_stream(loop, std::move(pair.near), Side::kUpstream), "a.test", kNever);
  {
    Handshake cancelled = server->accept(std::move(pair.far), kNever);
    loop.turn(1ms);
    loop.turn(1ms);
  }
  EXPECT_FALSE(finish(loop, near));
}

TEST_F(TlsTest, VerifiesChainNameAndTime) {
  source.certificates["other.test"] = made.certificate;
  Both both = shake("other.test");
  ASSERT_FALSE(both.client);
  EXPECT_EQ(both.client.error().cause(), Cause::kTlsCertificate);
  EXPECT_EQ(both.client.error().text(),
            "the certificate is for a.test, *.wild.test, 127.0.0.1, not for 'other.test'");
  source.certificates["x.wild.test"] = made.certificate;
  EXPECT_TRUE(shake("x.wild.test").client);

  const kit::Made old = kit::make_certificate({"a.test"}, -3);
  source.certificates["a.test"] = old.certificate;
  both = shake("a.test");
  ASSERT_FALSE(both.client);
  EXPECT_EQ(both.client.error().cause(), Cause::kTlsCertificate);
  EXPECT_EQ(both.server.error().cause(), Cause::kTlsHandshake);  // the alert that the client sent
  client = make_client({.roots_pem = old.certificate_pem});
  both = shake("a.test");
  ASSERT_FALSE(both.client);
  EXPECT_EQ(both.client.error().text(), "certificate has expired");
  client = make_client({.verify = false});
  EXPECT_TRUE(shake("a.test").client);
}

TEST_F(TlsTest, AnAddressIsVerifiedAsAnAddress) {
  source.certificates[""] = made.certificate;
  EXPECT_TRUE(shake("127.0.0.1").client);
  Both both = shake("127.0.0.2");
  ASSERT_FALSE(both.client);
  EXPECT_EQ(both.client.error().cause(), Cause::kTlsCertificate);
}

TEST_F(TlsTest, WithoutANameNothingIsVerifiedAndSoRefused) {
  kit::Pair pair = kit::tcp_pair();
  Handshake near =
      client->connect(plain_stream(loop, std::move(pair.near), Side::kUpstream), "", kNever);
  EXPECT_EQ(finish(loop, near).error().cause(), Cause::kTlsCertificate);
}

TEST_F(TlsTest, SessionsResumeAcrossServersThatShareTheirKeys) {
  const auto exchange = [this](Both& both) {
    ASSERT_TRUE(both.client && both.server);
    ASSERT_TRUE(finish(loop, kit::write_all(**both.server, "x")));
    EXPECT_EQ(*finish(loop, kit::read_exactly(**both.client, 1)), "x");  // and the tickets
  };
  for (const TlsVersion version : {TlsVersion::k12, TlsVersion::k13}) {
    client = make_client({.roots_pem = made.certificate_pem, .least = version});
    Both first = shake("a.test");
    exchange(first);
    EXPECT_FALSE((*first.server)->tls()->resumed);
    server = make_server({.alpn = {"http/1.1"}});  // as on another loop
    Both second = shake("a.test");
    exchange(second);
    EXPECT_TRUE((*second.server)->tls()->resumed);
    EXPECT_TRUE((*second.client)->tls()->resumed);
    EXPECT_EQ((*second.server)->tls()->server_name, "a.test");
  }
  tickets->rotate();
  Both old_key = shake("a.test");  // still understood
  exchange(old_key);
  EXPECT_TRUE((*old_key.server)->tls()->resumed);
  tickets->rotate();
  tickets->rotate();
  Both forgotten = shake("a.test");
  exchange(forgotten);
  EXPECT_FALSE((*forgotten.server)->tls()->resumed);
}

TEST_F(TlsTest, GarbageIsRefusedAtOnce) {
  for (const std::string& garbage :
       {std::string("GET / HTTP/1.1\r\nHost: a.test\r\n\r\n"), std::string(600, '\0'),
        std::string("\x16\x03\x01\x00\x05hello", 10), std::string("\x16\x03\x01\xff\xff", 5),
        kit::pattern(3000)}) {
    kit::Pair pair = kit::tcp_pair();
    kit::put(pair.near.value(), garbage);
    Handshake far = server->accept(std::move(pair.far), Clock::now() + 20s);
    const auto result = finish(loop, far);
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().cause(), Cause::kTlsHandshake) << result.error().text();
  }
}

TEST_F(TlsTest, AnEndOrSilenceDuringTheHandshakeHasItsOwnCause) {
  kit::Pair silent = kit::tcp_pair();
  Handshake waits = server->accept(std::move(silent.far), Clock::now() + 50ms);
  EXPECT_EQ(finish(loop, waits).error().cause(), Cause::kClientTimeout);
  kit::Pair gone = kit::tcp_pair();
  kit::put(gone.near.value(), "\x16\x03\x01");
  gone.near.reset();
  Handshake ended = server->accept(std::move(gone.far), kNever);
  EXPECT_EQ(finish(loop, ended).error().cause(), Cause::kClientAbort);
  kit::Pair refused = kit::tcp_pair();
  kit::put(refused.far.value(), "HTTP/1.1 400 Bad Request\r\n\r\n");
  Handshake plain = client->connect(plain_stream(loop, std::move(refused.near), Side::kUpstream),
                                    "a.test", kNever);
  EXPECT_EQ(finish(loop, plain).error().cause(), Cause::kTlsHandshake);
  kit::Pair closed = kit::tcp_pair();
  closed.far.reset();
  Handshake cut = client->connect(plain_stream(loop, std::move(closed.near), Side::kUpstream),
                                  "a.test", kNever);
  const auto result = finish(loop, cut);
  ASSERT_FALSE(result);
  EXPECT_TRUE(result.error().cause() == Cause::kTlsHandshake ||
              result.error().cause() == Cause::kUpstreamReset);
}

}  // namespace
}  // namespace vaettir::net
