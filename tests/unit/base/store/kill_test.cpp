// A process that writes is killed at any moment: the file opens again, every commit that was
// reported is there, and none is there by half.
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/store/sqlite.h"

namespace vaettir::store {
namespace {

namespace fs = std::filesystem;

constexpr Migration kMigrations[] = {
    {1, "two tables",
     "CREATE TABLE execution (id INTEGER PRIMARY KEY) STRICT;"
     "CREATE TABLE journal (execution INTEGER NOT NULL REFERENCES execution(id), data BLOB) "
     "STRICT"},
};
constexpr int kJournalRows = 5;

Result<> write_one(Database& database, std::int64_t id) {
  return in_transaction(database, [&]() -> Result<> {
    TRY(Statement execution, database.statement("INSERT INTO execution (id) VALUES (?)"));
    TRY_OK(execution.bind(id).run());
    TRY(Statement journal, database.statement("INSERT INTO journal VALUES (?, ?)"));
    const std::string data(3'000, static_cast<char>('a' + id % 26));
    for (int i = 0; i < kJournalRows; ++i) TRY_OK(journal.bind(id, Blob{data}).run());
    return {};
  });
}

// Goes on from what is there until it is killed; each commit is reported after it was made.
[[noreturn]] void child(const fs::path& path, int report) {
  auto database = Database::open(path);
  if (!database || !(*database)->migrate(kMigrations)) ::_exit(1);
  auto last = (*database)->integer("SELECT max(id) FROM execution");
  if (!last) ::_exit(1);
  for (std::int64_t id = last->value_or(0) + 1;; ++id) {
    if (!write_one(**database, id)) ::_exit(1);
    if (::write(report, &id, sizeof id) != sizeof id) ::_exit(1);
  }
}

// Lets a child make `commits` commits, kills it, and answers the last id it had reported.
std::int64_t run_and_kill(const fs::path& path, int commits) {
  int ends[2];
  EXPECT_EQ(::pipe(ends), 0);
  const pid_t pid = ::fork();
  if (pid == 0) {
    ::close(ends[0]);
    child(path, ends[1]);
  }
  ::close(ends[1]);
  std::int64_t last = 0, id = 0;
  for (int i = 0; i < commits && ::read(ends[0], &id, sizeof id) == sizeof id; ++i) last = id;
  EXPECT_EQ(::kill(pid, SIGKILL), 0);
  int status = 0;
  EXPECT_EQ(::waitpid(pid, &status, 0), pid);
  EXPECT_TRUE(WIFSIGNALED(status)) << "the child ended by itself";
  while (::read(ends[0], &id, sizeof id) == sizeof id) last = id;  // reported before the signal
  ::close(ends[0]);
  return last;
}

TEST(StoreKilled, KeepsWhatWasCommittedAndNothingByHalf) {
  std::string name = (fs::temp_directory_path() / "vaettir-kill-XXXXXX").string();
  const fs::path directory = ::mkdtemp(name.data());
  const fs::path path = directory / "store.db";
  for (int round = 0; round < 8; ++round) {
    const std::int64_t reported = run_and_kill(path, 3 + round * 7);
    ASSERT_GT(reported, 0);
    auto database = Database::open(path);
    ASSERT_TRUE(database.has_value()) << database.error().text();
    ASSERT_TRUE((*database)->migrate(kMigrations).has_value());
    auto check = (*database)->statement("PRAGMA integrity_check").value();
    ASSERT_TRUE(check.step().value());
    EXPECT_EQ(check.text(0), "ok");
    const std::int64_t last = (*database)->integer("SELECT max(id) FROM execution").value().value();
    // The one commit that may lie between the last report and the kill is allowed to be there.
    EXPECT_GE(last, reported);
    EXPECT_LE(last, reported + 1);
    EXPECT_EQ((*database)->integer("SELECT count(*) FROM execution").value(), last);
    EXPECT_EQ((*database)->integer("SELECT count(*) FROM journal").value(), last * kJournalRows);
  }
  fs::remove_all(directory);
}

}  // namespace
}  // namespace vaettir::store
