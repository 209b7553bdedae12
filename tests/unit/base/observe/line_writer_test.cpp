#include "base/observe/line_writer.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <set>

#include "base/core/system.h"

namespace vaettir::observe {
namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;

Deadline soon() { return Clock::now() + 10s; }

class LineWriterTest : public testing::Test {
 protected:
  LineWriterTest() {
    std::string name = (fs::temp_directory_path() / "vaettir-log-XXXXXX").string();
    directory_ = ::mkdtemp(name.data());
    path_ = directory_ / "access.log";
  }
  ~LineWriterTest() override { fs::remove_all(directory_); }

  fs::path directory_, path_;
};

class Pipe {
 public:
  Pipe() { EXPECT_EQ(::pipe2(ends_, O_CLOEXEC), 0); }
  ~Pipe() {
    close_reader();
    ::close(ends_[1]);
  }
  int writer() const { return ends_[1]; }
  void close_reader() {
    if (ends_[0] >= 0) ::close(std::exchange(ends_[0], -1));
  }

 private:
  int ends_[2] = {-1, -1};
};

TEST_F(LineWriterTest, FlushMeansWritten) {
  auto writer = LineWriter::open(path_, {.delay = 1h}).value();
  writer->line("one");
  writer->line("two");
  EXPECT_TRUE(writer->flush(soon()));
  EXPECT_EQ(read_file(path_).value(), "one\ntwo\n");
  EXPECT_TRUE(writer->flush(soon()));  // nothing to do is done at once
}

TEST_F(LineWriterTest, WritesByItselfWhenALineIsOldEnough) {
  auto writer = LineWriter::open(path_, {.delay = 5ms}).value();
  writer->line("one");
  for (int i = 0; i < 1'000 && read_file(path_).value().empty(); ++i)
    std::this_thread::sleep_for(5ms);
  EXPECT_EQ(read_file(path_).value(), "one\n");
}

TEST_F(LineWriterTest, WritesByItselfWhenABatchIsFull) {
  auto writer = LineWriter::open(path_, {.batch_bytes = 100, .delay = 1h}).value();
  for (int i = 0; i < 10; ++i) writer->line("0123456789");
  for (int i = 0; i < 1'000 && read_file(path_).value().empty(); ++i)
    std::this_thread::sleep_for(5ms);
  EXPECT_GE(read_file(path_).value().size(), 100u);
}

TEST_F(LineWriterTest, TheEndWritesWhatIsLeft) {
  LineWriter::open(path_, {.delay = 1h}).value()->line("last words");
  EXPECT_EQ(read_file(path_).value(), "last words\n");
}

TEST_F(LineWriterTest, AppendsToWhatIsThere) {
  ASSERT_TRUE(write_file_atomically(path_, "before\n").has_value());
  LineWriter::open(path_).value()->line("after");
  EXPECT_EQ(read_file(path_).value(), "before\nafter\n");
  EXPECT_FALSE(LineWriter::open(directory_ / "no" / "such").has_value());
}

TEST_F(LineWriterTest, ReopensAfterRotation) {
  auto writer = LineWriter::open(path_, {.delay = 1h}).value();
  writer->line("old");
  ASSERT_TRUE(writer->flush(soon()));
  fs::rename(path_, directory_ / "access.log.1");
  writer->reopen();
  for (int i = 0; i < 1'000 && !fs::exists(path_); ++i) std::this_thread::sleep_for(5ms);
  writer->line("new");
  ASSERT_TRUE(writer->flush(soon()));
  EXPECT_EQ(read_file(directory_ / "access.log.1").value(), "old\n");
  EXPECT_EQ(read_file(path_).value(), "new\n");
}

TEST_F(LineWriterTest, ManyThreadsLoseNothingAndKeepTheirOrder) {
  constexpr int kThreads = 4, kLines = 5'000;
  {
    auto writer = LineWriter::open(path_, {.batch_bytes = 4096, .delay = 1ms}).value();
    std::vector<std::thread> threads;
    for (int t = 0; t < kThreads; ++t) {
      threads.emplace_back([&writer, t] {
        for (int i = 0; i < kLines; ++i) writer->line(fmt::format("{} {}", t, i));
      });
    }
    for (std::thread& thread : threads) thread.join();
    EXPECT_EQ(writer->dropped(), 0u);
  }
  std::string content = read_file(path_).value();
  std::vector<int> next(kThreads);
  std::string_view rest = content;
  while (!rest.empty()) {
    int thread = rest[0] - '0';
    std::string line = fmt::format("{} {}\n", thread, next[static_cast<std::size_t>(thread)]++);
    ASSERT_TRUE(rest.starts_with(line));
    rest.remove_prefix(line.size());
  }
  EXPECT_EQ(next, std::vector<int>(kThreads, kLines));
}

TEST_F(LineWriterTest, AReaderThatHangsCostsLinesAndNotTime) {
  Pipe pipe;
  std::uint64_t dropped = 0;
  {
    LineWriter writer(
        pipe.writer(),
        {.batch_bytes = 1024, .delay = 1ms, .pending_bytes = 128 * 1024, .last_write = 50ms});
    const std::string line(1023, 'x');
    for (int i = 0; i < 1'000; ++i) writer.line(line);  // a pipe holds 64 KiB: most find no room
    dropped = writer.dropped();
    EXPECT_GT(dropped, 500u);
    EXPECT_FALSE(writer.flush(Clock::now() + 20ms));
  }  // the destructor gives up too, although nobody reads
}

TEST_F(LineWriterTest, CountsWhatCannotBeWritten) {
  Pipe pipe;
  auto before = ::signal(SIGPIPE, SIG_IGN);
  pipe.close_reader();
  LineWriter writer(pipe.writer(), {.delay = 1h});
  writer.line("one");
  writer.line("two");
  EXPECT_TRUE(writer.flush(soon()));
  EXPECT_EQ(writer.dropped(), 2u);
  ::signal(SIGPIPE, before);
}

}  // namespace
}  // namespace vaettir::observe
