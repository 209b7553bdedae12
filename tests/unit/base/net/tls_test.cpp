#include "base/net/tls.h"

#include <gtest/gtest.h>
#include <sys/socket.h>

#include "tests/unit/base/net/net_kit.h"

namespace vaettir::net {
namespace {

using namespace std::chrono_literals;
using kit::finish;
using Handshake = Task<Result<std::unique_ptr<Stream>>>;

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

struct Copy {
  static Task<Result<>> write(Stream& stream, std::string_view bytes) {
    while (!bytes.empty()) {
      const std::span<char> scratch = stream.loop().scratch();
      const std::size_t size = std::min(scratch.size(), bytes.size());
      std::memcpy(scratch.data(), bytes.data(), size);
      CO_TRY_OK(co_await stream.write(scratch.first(size), kNever));
      bytes.remove_prefix(size);
    }
    co_return Result<>();
  }
};

TEST_F(TlsTest, TenMegabytesBothWaysAtOnceThroughSmallBuffers) {
  for (const int buffer : {0, 8192}) {
    Both both = shake("a.test", buffer);
    ASSERT_TRUE(both.client && both.server);
    const std::string up = kit::pattern(10'000'000);
    const std::string down(up.rbegin(), up.rend());
    Task<Result<>> uploads = Copy::write(**both.client, up);
    Task<Result<>> downloads = Copy::write(**both.server, down);
    Task<Result<std::string>> at_server = kit::read_exactly(**both.server, up.size());
    Task<Result<std::string>> at_client = kit::read_exactly(**both.client, down.size());
    EXPECT_TRUE(*finish(loop, at_server) == up);
    EXPECT_TRUE(*finish(loop, at_client) == down);
    EXPECT_TRUE(finish(loop, uploads));
    EXPECT_TRUE(finish(loop, downloads));
  }
}

TEST_F(TlsTest, HeadAndBodyOfAnySizeArriveInOrder) {
  struct Tasks {
    static Task<Result<>> write(Stream& stream, std::string head, std::string body) {
      co_return co_await stream.write(head, body, kNever);
    }
  };
  Both both = shake("a.test");
  for (const std::size_t head_size : {1u, 500u, 20'000u}) {
    for (const std::size_t size : {1u, 1000u, 16'384u, 400'000u}) {
      const std::string head = kit::pattern(head_size);
      const std::string body = kit::pattern(size);
      Task<Result<>> writer = Tasks::write(**both.server, head, body);
      EXPECT_TRUE(*finish(loop, kit::read_exactly(**both.client, head_size + size)) == head + body);
      EXPECT_TRUE(finish(loop, writer));
    }
  }
}

TEST_F(TlsTest, AReadIntoASmallBufferLosesNothing) {
  Both both = shake("a.test");
  const std::string sent = kit::pattern(100'000);
  Task<Result<>> writer = kit::write_all(**both.server, sent);
  struct Tasks {
    static Task<std::string> read(Stream& stream, std::size_t size) {
      std::string result;
      char little[777];
      while (result.size() < size) {
        const auto count = co_await stream.read(little, Clock::now() + 10s);
        if (!count || *count == 0) break;
        result.append(little, *count);
      }
      co_return result;
    }
  };
  EXPECT_TRUE(finish(loop, Tasks::read(**both.client, sent.size())) == sent);
  EXPECT_TRUE(finish(loop, writer));
}

// A man in the middle who passes bytes on in portions of his choice.
void relay(Loop& loop, int from, int to, std::size_t portion, std::size_t most) {
  std::string buffer(portion, '\0');
  std::size_t moved = 0;
  while (moved < most) {
    const ssize_t count =
        ::recv(from, buffer.data(), std::min(portion, most - moved), MSG_DONTWAIT);
    if (count <= 0) return;
    kit::put(to, std::string_view(buffer).substr(0, static_cast<std::size_t>(count)));
    moved += static_cast<std::size_t>(count);
    loop.turn(0s);
  }
}

TEST_F(TlsTest, HandshakeAndRecordsMayArriveByteByByte) {
  kit::Pair left = kit::tcp_pair();
  kit::Pair right = kit::tcp_pair();
  Handshake far = server->accept(std::move(right.far), Clock::now() + 20s);
  Handshake near = client->connect(plain_stream(loop, std::move(left.near), Side::kUpstream),
                                   "a.test", Clock::now() + 20s);
  const auto pass = [&] {
    relay(loop, left.far.value(), right.near.value(), 1, 1 << 20);
    relay(loop, right.near.value(), left.far.value(), 1, 1 << 20);
    loop.turn(1ms);
  };
  while (!far.done() || !near.done()) pass();
  auto at_server = far.take();
  auto at_client = near.take();
  ASSERT_TRUE(at_server && at_client);
  Task<Result<std::string>> reader = kit::read_exactly(**at_client, 2000);
  const std::string sent = kit::pattern(2000);
  ASSERT_TRUE(finish(loop, kit::write_all(**at_server, sent)));
  while (!reader.done()) pass();
  EXPECT_EQ(*reader.take(), sent);
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

TEST_F(TlsTest, CloseNotifyIsAnOrderlyEndAndItsAbsenceIsTold) {
  Both both = shake("a.test");
  (*both.server)->close_notify();
  both.server->reset();
  EXPECT_EQ(*finish(loop, kit::read_some(**both.client)), "");
  EXPECT_FALSE((*both.client)->truncated());

  both = shake("a.test");
  both.server->reset();
  EXPECT_EQ(*finish(loop, kit::read_some(**both.client)), "");
  EXPECT_TRUE((*both.client)->truncated());
}

TEST_F(TlsTest, AHalfClosedConnectionStillAnswers) {
  Both both = shake("a.test");
  ASSERT_TRUE(finish(loop, kit::write_all(**both.client, "question")));
  (*both.client)->shutdown_write();
  EXPECT_EQ(*finish(loop, kit::read_exactly(**both.server, 100)), "question");
  ASSERT_TRUE(finish(loop, kit::write_all(**both.server, "answer")));
  EXPECT_EQ(*finish(loop, kit::read_exactly(**both.client, 6)), "answer");
  EXPECT_FALSE(finish(loop, kit::write_all(**both.client, "more")));
}

TEST_F(TlsTest, ABrokenRecordIsAReset) {
  Both both = shake("a.test");
  kit::put((*both.client)->fd(), std::string("\x17\x03\x03\x00\x20", 5) + std::string(32, 'x'));
  const auto result = finish(loop, kit::read_some(**both.server));
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().cause(), Cause::kClientAbort);
}

TEST_F(TlsTest, APooledConnectionIsQuietThroughTicketsButNotThroughBytes) {
  Both both = shake("a.test");
  Stream& near = **both.client;
  loop.turn(5ms);  // the tickets have come
  EXPECT_TRUE(near.quiet());
  EXPECT_TRUE(near.quiet());
  ASSERT_TRUE(finish(loop, kit::write_all(**both.server, "unasked")));
  EXPECT_TRUE(kit::turn_until(loop, [&] { return !near.quiet(); }));
  both = shake("a.test");
  (*both.server)->close_notify();
  both.server->reset();
  EXPECT_TRUE(kit::turn_until(loop, [&] { return !(*both.client)->quiet(); }));
}

TEST_F(TlsTest, TimeoutsAndCancellationLeaveAUsableStream) {
  Both both = shake("a.test");
  const auto result = finish(loop, kit::read_some(**both.server, Clock::now() + 30ms));
  EXPECT_EQ(result.error().cause(), Cause::kClientTimeout);
  {
    Task<Result<std::string>> cancelled = kit::read_some(**both.server);
  }
  ASSERT_TRUE(finish(loop, kit::write_all(**both.client, "after")));
  EXPECT_EQ(*finish(loop, kit::read_exactly(**both.server, 5)), "after");
}

TEST_F(TlsTest, AWriteCancelledHalfwayStillSendsWholeRecords) {
  Both both = shake("a.test", 4096);
  {
    Task<Result<>> cancelled = kit::write_all(**both.server, kit::pattern(1'000'000));
  }
  const std::string got = *finish(loop, kit::read_exactly(**both.client, 16'384));
  EXPECT_EQ(got, kit::pattern(16'384));
}

TEST_F(TlsTest, StreamsOutliveServerAndClient) {
  Both both = shake("a.test");
  server.reset();
  client.reset();
  ASSERT_TRUE(finish(loop, kit::write_all(**both.server, "still")));
  EXPECT_EQ(*finish(loop, kit::read_exactly(**both.client, 5)), "still");
}

TEST(Certificate, RefusesWhatDoesNotFit) {
  const kit::Made a = kit::make_certificate({"a.test"});
  const kit::Made b = kit::make_certificate({"b.test"});
  EXPECT_EQ(a.certificate->names(), std::vector<std::string>{"a.test"});
  EXPECT_GT(a.certificate->not_after(), WallClock::now());
  EXPECT_FALSE(Certificate::from_pem(a.certificate_pem, b.key_pem));
  EXPECT_FALSE(Certificate::from_pem("", a.key_pem));
  EXPECT_FALSE(Certificate::from_pem(a.certificate_pem, ""));
  EXPECT_FALSE(Certificate::from_pem(
      a.certificate_pem + "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n",
      a.key_pem));
  EXPECT_TRUE(Certificate::from_pem(a.certificate_pem + b.certificate_pem, a.key_pem));
}

}  // namespace
}  // namespace vaettir::net
