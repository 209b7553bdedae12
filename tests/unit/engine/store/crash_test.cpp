// The process is killed while it writes: what was acknowledged is there, nothing is half there.
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <random>

#include "engine/store/execution_sql.h"
#include "engine/store/execution_store.h"
#include "engine/store/schema.h"

namespace vaettir::engine {
namespace {

constexpr int kKills = 12;
constexpr std::size_t kEntries = 5;

ExecutionWrite saved_execution(ExecutionId id) {
  ExecutionWrite write;
  write.id = id;
  write.attempt = 1;
  write.create = NewExecution{.workflow_id = "w",
                              .workflow_version = "v",
                              .mode = "webhook",
                              .created_ms = 1,
                              .claimed = Lease{"child/0", 1}};
  for (std::size_t n = 0; n < kEntries; ++n)
    write.entries.push_back([n] {
      return JournalEntry{n == 0 ? EntryKind::kBegin : EntryKind::kRecord, 0,
                          static_cast<std::uint32_t>(n), std::string(300, 'x')};
    });
  return write;
}

// Stores executions and says so, until it is killed.
[[noreturn]] void child(const std::filesystem::path& file, int acknowledge) {
  {
    auto store = ExecutionStore::open(file, "child");
    Loop loop("child");
    if (!store) _exit(1);
    const Result<ExecutionId> first = (*store)->reserve_ids_now(1'000'000);
    if (!first) _exit(2);
    for (ExecutionId id = *first;; id += 4) {
      std::vector<Task<Result<Written>>> group;
      for (ExecutionId n = 0; n < 4; ++n)
        group.push_back((*store)->write(loop, saved_execution(id + n)));
      for (Task<Result<Written>>& task : group)
        while (!task.done()) loop.turn(std::chrono::seconds(1));
      for (ExecutionId n = 0; n < 4; ++n) {
        if (!group[n].take()) _exit(3);
        const ExecutionId acknowledged = id + n;
        if (write(acknowledge, &acknowledged, sizeof acknowledged) < 0) _exit(4);
      }
    }
  }
}

TEST(StoreCrash, AcknowledgedExecutionsSurviveAKill) {
  const auto file = std::filesystem::path(testing::TempDir()) / "store_crash_test.db";
  for (const char* end : {"", "-wal", "-shm"}) std::filesystem::remove(file.string() + end);
  std::mt19937 random(11);
  std::vector<ExecutionId> acknowledged;
  for (int kill_number = 0; kill_number < kKills; ++kill_number) {
    int ends[2];
    ASSERT_EQ(pipe(ends), 0);
    const pid_t process = fork();
    ASSERT_GE(process, 0);
    if (process == 0) {
      close(ends[0]);
      child(file, ends[1]);
    }
    close(ends[1]);
    const int wanted = std::uniform_int_distribution<int>(1, 60)(random);
    ExecutionId id = 0;
    for (int n = 0; n < wanted && read(ends[0], &id, sizeof id) == sizeof id; ++n)
      acknowledged.push_back(id);
    kill(process, SIGKILL);
    int status = 0;
    ASSERT_EQ(waitpid(process, &status, 0), process);
    ASSERT_TRUE(WIFSIGNALED(status)) << "the child ended by itself: " << WEXITSTATUS(status);
    while (read(ends[0], &id, sizeof id) == sizeof id) acknowledged.push_back(id);
    close(ends[0]);
  }
  auto database = open_store(file);
  ASSERT_TRUE(database) << database.error().text();
  EXPECT_GE(acknowledged.size(), static_cast<std::size_t>(kKills));
  for (const ExecutionId id : acknowledged) {
    const auto count = (*database)->integer(
        "SELECT count(*) FROM journal j JOIN execution e ON e.id = j.execution_id WHERE e.id = ?",
        id);
    ASSERT_EQ(count->value_or(-1), static_cast<std::int64_t>(kEntries)) << "execution " << id;
  }
  const auto torn = (*database)->integer(
      "SELECT count(*) FROM (SELECT execution_id FROM journal GROUP BY execution_id"
      " HAVING count(*) <> ?)",
      kEntries);
  EXPECT_EQ(torn->value_or(-1), 0) << "an execution is written whole or not at all";
  // What they left is taken up by the next process, whatever the leases say.
  const std::vector<ExecutionId> left = unfinished_executions(**database).value();
  ASSERT_GE(left.size(), acknowledged.size());
  EXPECT_TRUE(claim_execution(**database, left[0], {"next/0", 1}, 0, "next").value());
  database->reset();
  for (const char* end : {"", "-wal", "-shm"}) std::filesystem::remove(file.string() + end);
}

}  // namespace
}  // namespace vaettir::engine
