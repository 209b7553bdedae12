#include "base/net/stream.h"

#include <gtest/gtest.h>
#include <sys/socket.h>

#include "base/async/race.h"
#include "tests/unit/base/net/net_kit.h"

namespace vaettir::net {
namespace {

using namespace std::chrono_literals;
using kit::finish;

struct PlainStreamTest : testing::Test {
  Loop loop{"test"};
  kit::Pair pair = kit::tcp_pair();
  std::unique_ptr<Stream> stream = plain_stream(loop, std::move(pair.near), Side::kUpstream);
};

TEST_F(PlainStreamTest, ReadsWhatIsThereWithoutSuspending) {
  kit::put(pair.far.value(), "hello");
  Task<Result<std::string>> task = kit::read_some(*stream);
  ASSERT_TRUE(task.done());
  EXPECT_EQ(*task.take(), "hello");
  EXPECT_EQ(stream->bytes_read(), 5u);
}

TEST_F(PlainStreamTest, WaitsForEachPiece) {
  for (const char* piece : {"one", "two", "three"}) {
    Task<Result<std::string>> task = kit::read_some(*stream);
    EXPECT_FALSE(task.done());
    kit::put(pair.far.value(), piece);
    EXPECT_EQ(*finish(loop, task), piece);
  }
}

TEST_F(PlainStreamTest, AFullBufferIsFollowedByTheRest) {
  kit::put(pair.far.value(), "abcdef");
  char two[2];
  for (const char* expected : {"ab", "cd", "ef"}) {
    ASSERT_EQ(stream->try_read(two), 2);
    EXPECT_EQ(std::string_view(two, 2), expected);
  }
  EXPECT_EQ(stream->try_read(two), Stream::kWouldBlock);
}

TEST_F(PlainStreamTest, AnOrderlyEndIsZeroAgainAndAgain) {
  kit::put(pair.far.value(), "last");
  pair.far.reset();
  EXPECT_EQ(*finish(loop, kit::read_exactly(*stream, 10)), "last");
  EXPECT_EQ(*finish(loop, kit::read_some(*stream)), "");
}

TEST_F(PlainStreamTest, AHalfClosedPeerStillReads) {
  ::shutdown(pair.far.value(), SHUT_WR);
  EXPECT_EQ(*finish(loop, kit::read_some(*stream)), "");
  ASSERT_TRUE(finish(loop, kit::write_all(*stream, "answer")));
  stream->shutdown_write();
  EXPECT_EQ(kit::take(pair.far.value(), 100), "answer");
}

TEST_F(PlainStreamTest, AResetIsAnErrorOfTheSide) {
  Task<Result<std::string>> task = kit::read_some(*stream);
  kit::reset_connection(std::move(pair.far));
  const auto result = finish(loop, task);
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().cause(), Cause::kUpstreamReset);
  kit::Pair other = kit::tcp_pair();
  auto client = plain_stream(loop, std::move(other.near), Side::kClient);
  kit::reset_connection(std::move(other.far));
  EXPECT_EQ(finish(loop, kit::read_some(*client)).error().cause(), Cause::kClientAbort);
}

TEST_F(PlainStreamTest, AResetBehindTheLastBytesIsNoticed) {
  // The bytes and the reset are one edge: only the sweep can tell that more happened.
  kit::put(pair.far.value(), "cut");
  kit::reset_connection(std::move(pair.far));
  Task<Result<std::string>> task = kit::read_exactly(*stream, 10, Clock::now() + 20s);
  const auto result = finish(loop, task);
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().cause(), Cause::kUpstreamReset);
}

TEST_F(PlainStreamTest, WritingToAClosedPeerFails) {
  kit::reset_connection(std::move(pair.far));
  const auto result = finish(loop, kit::write_all(*stream, std::string(1 << 20, 'x')));
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().cause(), Cause::kUpstreamReset);
}

TEST_F(PlainStreamTest, AShortDeadlineIsExactAndNamesTheSide) {
  const Deadline start = Clock::now();
  const auto result = finish(loop, kit::read_some(*stream, start + 40ms));
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().cause(), Cause::kUpstreamTimeout);
  EXPECT_GE(Clock::now() - start, 40ms);
  EXPECT_LT(Clock::now() - start, 900ms);  // before any sweep
  EXPECT_EQ(finish(loop, kit::read_some(*stream, Clock::now() - 1s)).error().cause(),
            Cause::kUpstreamTimeout);
  kit::put(pair.far.value(), "late");  // a timeout breaks nothing
  EXPECT_EQ(*finish(loop, kit::read_some(*stream, Clock::now() + 10s)), "late");
}

TEST_F(PlainStreamTest, ALongDeadlineIsSwept) {
  const Deadline start = Clock::now();
  const auto result = finish(loop, kit::read_some(*stream, start + 2100ms));
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().cause(), Cause::kUpstreamTimeout);
  EXPECT_GE(Clock::now() - start, 2s);
}

TEST_F(PlainStreamTest, APassedDeadlineTakesWhatIsThere) {
  kit::put(pair.far.value(), "there");
  EXPECT_EQ(*finish(loop, kit::read_some(*stream, Clock::now() - 1s)), "there");
}

TEST_F(PlainStreamTest, ACancelledReadLosesNothing) {
  {
    Task<Result<std::string>> cancelled = kit::read_some(*stream, Clock::now() + 50ms);
    kit::put(pair.far.value(), "kept");
  }
  EXPECT_EQ(*finish(loop, kit::read_some(*stream)), "kept");
  std::this_thread::sleep_for(60ms);
  loop.turn(0s);  // the timer of the cancelled one finds nobody
}

TEST_F(PlainStreamTest, OneTaskMayCancelAnotherThatTheSameEdgeWakes) {
  auto owned = std::make_unique<Task<void>>();
  struct Tasks {
    static Task<void> closes(Stream& stream) { co_await stream.wait_closed(); }
    static Task<void> reads(std::unique_ptr<Stream>& stream, std::unique_ptr<Task<void>>& other) {
      (void)co_await stream->read(stream->loop().scratch(), kNever);
      other.reset();
      stream.reset();
    }
  };
  *owned = Tasks::closes(*stream);
  Task<void> reader = Tasks::reads(stream, owned);
  pair.far.reset();
  finish(loop, reader);
  EXPECT_EQ(stream, nullptr);
  EXPECT_EQ(owned, nullptr);
}

TEST_F(PlainStreamTest, ATaskMayOutliveItsStream) {
  Task<Result<std::string>> reader = kit::read_some(*stream);
  stream.reset();
  loop.turn(0s);
  EXPECT_FALSE(reader.done());
}

TEST_F(PlainStreamTest, WaitClosedSeesFinAndResetButNotBytes) {
  struct Tasks {
    static Task<void> closed(Stream& stream) { co_await stream.wait_closed(); }
  };
  Task<void> task = Tasks::closed(*stream);
  kit::put(pair.far.value(), "pipelined");
  loop.turn(10ms);
  EXPECT_FALSE(task.done());
  pair.far.reset();
  finish(loop, task);
  EXPECT_EQ(*finish(loop, kit::read_some(*stream)), "pipelined");

  kit::Pair other = kit::tcp_pair();
  auto client = plain_stream(loop, std::move(other.near), Side::kClient);
  Task<void> reset = Tasks::closed(*client);
  kit::reset_connection(std::move(other.far));
  finish(loop, reset);
}

TEST_F(PlainStreamTest, ReadableIsNotAFalseAlarm) {
  struct Tasks {
    static Task<Result<>> readable(Stream& stream, Deadline deadline) {
      co_return co_await stream.readable(deadline);
    }
  };
  EXPECT_EQ(finish(loop, Tasks::readable(*stream, Clock::now() + 30ms)).error().cause(),
            Cause::kUpstreamTimeout);
  EXPECT_TRUE(stream->quiet());
  kit::put(pair.far.value(), "x");
  EXPECT_TRUE(finish(loop, Tasks::readable(*stream, kNever)));
  EXPECT_FALSE(stream->quiet());
  EXPECT_EQ(*kit::read_some(*stream).take(), "x");
  EXPECT_TRUE(stream->quiet());
  pair.far.reset();
  EXPECT_TRUE(finish(loop, Tasks::readable(*stream, kNever)));
  EXPECT_FALSE(stream->quiet());
}

TEST_F(PlainStreamTest, HeadAndBodyArriveInOrder) {
  struct Tasks {
    static Task<Result<>> write(Stream& stream, std::string head, std::string body) {
      co_return co_await stream.write(head, body, kNever);
    }
  };
  for (const std::size_t size : {1u, 1000u, 15000u, 200000u}) {
    const std::string body = kit::pattern(size);
    Task<Result<>> task = Tasks::write(*stream, "head:", body);
    std::string got;
    std::thread reader([&] { got = kit::take(pair.far.value(), 5 + size); });
    EXPECT_TRUE(finish(loop, task));
    reader.join();
    EXPECT_EQ(got, "head:" + body);
  }
}

TEST(PlainStream, TinyBuffersAndALotOfData) {
  Loop loop("test");
  kit::Pair pair = kit::tcp_pair(4096);
  auto near = plain_stream(loop, std::move(pair.near), Side::kClient);
  auto far = plain_stream(loop, std::move(pair.far), Side::kUpstream);
  const std::string sent = kit::pattern(3'000'000);
  // The scratch is written from and overwritten by the reader meanwhile: the rest must be a copy.
  struct Tasks {
    static Task<Result<>> write_from_scratch(Stream& stream, std::string_view bytes) {
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
  Task<Result<>> writer = Tasks::write_from_scratch(*near, sent);
  Task<Result<std::string>> reader = kit::read_exactly(*far, sent.size());
  EXPECT_EQ(*finish(loop, reader), sent);
  EXPECT_TRUE(finish(loop, writer));
  EXPECT_EQ(near->bytes_written(), sent.size());
}

TEST(PlainStream, AWriterThatIsNotReadTimesOutOrIsCancelled) {
  Loop loop("test");
  kit::Pair pair = kit::tcp_pair(4096);
  auto near = plain_stream(loop, std::move(pair.near), Side::kClient);
  {
    Task<Result<>> cancelled = kit::write_all(*near, std::string(1 << 20, 'a'), kNever);
    EXPECT_FALSE(cancelled.done());
  }
  const auto result =
      finish(loop, kit::write_all(*near, std::string(1 << 20, 'b'), Clock::now() + 50ms));
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().cause(), Cause::kClientTimeout);
}

TEST(PlainStream, ABusyConnectionLeavesTurnsToOthers) {
  Loop loop("test");
  kit::Pair busy = kit::tcp_pair();
  auto near = plain_stream(loop, std::move(busy.near), Side::kUpstream);
  std::atomic<bool> stop{false};
  std::thread feeder([fd = busy.far.value(), &stop] {
    const std::string block(256 * 1024, 'z');
    while (!stop && ::send(fd, block.data(), block.size(), MSG_NOSIGNAL) > 0) {
    }
  });
  struct Tasks {
    static Task<void> drain(Stream& stream) {
      while (true) {
        const auto count = co_await stream.read(stream.loop().scratch(), kNever);
        if (!count || *count == 0) co_return;
      }
    }
  };
  Task<void> drain = Tasks::drain(*near);
  for (int i = 0; i < 20; ++i) {
    bool posted = false;
    loop.post([&] { posted = true; });
    const std::uint64_t before = near->bytes_read();
    const std::uint64_t turns = loop.turns();
    while (!posted) loop.turn(10ms);
    EXPECT_LE(near->bytes_read() - before,
              (loop.turns() - turns + 1) * 3 * (Stream::kFairBytes + Loop::kScratchBytes));
  }
  stop = true;
  ::shutdown(busy.far.value(), SHUT_RDWR);
  feeder.join();
  finish(loop, drain);
}

TEST(PlainStream, WorksOverUnixSockets) {
  Loop loop("test");
  kit::Pair pair = kit::unix_pair();
  auto near = plain_stream(loop, std::move(pair.near), Side::kOurs);
  auto far = plain_stream(loop, std::move(pair.far), Side::kOurs);
  const std::string sent = kit::pattern(500'000);
  Task<Result<>> writer = kit::write_all(*near, sent);
  EXPECT_EQ(*finish(loop, kit::read_exactly(*far, sent.size())), sent);
  EXPECT_TRUE(finish(loop, writer));
  near.reset();
  EXPECT_EQ(*finish(loop, kit::read_some(*far)), "");
}

TEST(PlainStream, AReleasedSocketGoesOnElsewhere) {
  Loop loop("test");
  kit::Pair pair = kit::tcp_pair();
  auto first = plain_stream(loop, std::move(pair.near), Side::kClient);
  UniqueFd fd = first->release();
  first.reset();
  auto second = plain_stream(loop, std::move(fd), Side::kClient);
  kit::put(pair.far.value(), "still here");
  EXPECT_EQ(*finish(loop, kit::read_some(*second)), "still here");
}

}  // namespace
}  // namespace vaettir::net
