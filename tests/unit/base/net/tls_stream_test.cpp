#include <gtest/gtest.h>
#include <sys/socket.h>

#include "tests/unit/base/net/tls_fixture.h"

namespace vaettir::net {
namespace {

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

}  // namespace
}  // namespace vaettir::net
