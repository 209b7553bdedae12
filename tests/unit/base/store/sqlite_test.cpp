#include "base/store/sqlite.h"

#include <gmock/gmock.h>
#include <sys/stat.h>

#include <thread>

#include "base/core/system.h"

namespace vaettir::store {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;
using testing::Not;
using namespace std::chrono_literals;

class SqliteTest : public testing::Test {
 protected:
  SqliteTest() {
    std::string name = (fs::temp_directory_path() / "vaettir-store-XXXXXX").string();
    directory_ = ::mkdtemp(name.data());
    path_ = directory_ / "store.db";
  }
  ~SqliteTest() override { fs::remove_all(directory_); }

  std::unique_ptr<Database> opened(DatabaseOptions options = {}) {
    auto database = Database::open(path_, options);
    EXPECT_TRUE(database.has_value()) << database.error().text();
    return *std::move(database);
  }
  static std::int64_t count(Database& database, std::string_view table) {
    return database.integer(fmt::format("SELECT count(*) FROM {}", table)).value().value();
  }

  fs::path directory_, path_;
};

TEST_F(SqliteTest, OpensAsThePromisesNeedIt) {
  auto database = opened();
  EXPECT_EQ(database->integer("PRAGMA synchronous").value(), 2);  // FULL
  EXPECT_EQ(database->integer("PRAGMA foreign_keys").value(), 1);
  auto mode = database->statement("PRAGMA journal_mode").value();
  ASSERT_TRUE(mode.step().value());
  EXPECT_EQ(mode.text(0), "wal");
  struct stat facts{};
  ASSERT_EQ(::stat(path_.c_str(), &facts), 0);
  EXPECT_EQ(facts.st_mode & 0777, 0600u);
}

TEST_F(SqliteTest, DurabilityCanBeLowered) {
  auto database = opened({.durability = Durability::kNormal});
  EXPECT_EQ(database->integer("PRAGMA synchronous").value(), 1);
}

TEST_F(SqliteTest, KeepsEveryTypeOfValue) {
  auto database = Database::in_memory().value();
  ASSERT_TRUE(database->execute("CREATE TABLE t (a ANY, b ANY) STRICT").has_value());
  const std::string bytes("\0\xff\x01", 3), text("a\0b", 3);
  auto both = [&](const auto& value) {
    auto insert = database->statement("INSERT INTO t VALUES (?, typeof(?1))").value();
    EXPECT_TRUE(insert.bind(value).run().has_value());
  };
  both(nullptr);
  both(std::nullopt);
  both(std::optional<std::int64_t>());
  both(std::optional<std::string>("optional"));
  both(INT64_MIN);
  both(true);
  both(2.5);
  both("literal");
  both(std::string_view());
  both(text);
  both(Blob{bytes});
  both(Blob{});
  auto rows = database->statement("SELECT a, b FROM t ORDER BY rowid").value();
  auto next = [&](std::string_view type) -> Statement& {
    EXPECT_TRUE(rows.step().value());
    EXPECT_EQ(rows.text(1), type);
    return rows;
  };
  for (int i = 0; i < 3; ++i) EXPECT_TRUE(next("null").is_null(0));
  EXPECT_EQ(next("text").text(0), "optional");
  EXPECT_EQ(next("integer").integer(0), INT64_MIN);
  EXPECT_EQ(next("integer").integer(0), 1);
  EXPECT_EQ(next("real").real(0), 2.5);
  EXPECT_EQ(next("text").text(0), "literal");
  EXPECT_EQ(next("text").text(0), "");
  EXPECT_EQ(next("text").text(0), text);
  EXPECT_EQ(next("blob").blob(0), bytes);
  EXPECT_EQ(next("blob").blob(0), "");
  EXPECT_FALSE(rows.step().value());
}

TEST_F(SqliteTest, StatementsAreUsedAgainAndMayBeNested) {
  auto database = Database::in_memory().value();
  ASSERT_TRUE(
      database->execute("CREATE TABLE t (a INTEGER); INSERT INTO t VALUES (1), (2)").has_value());
  constexpr std::string_view kAll = "SELECT a FROM t ORDER BY a;  ";
  for (int round = 0; round < 3; ++round) {
    auto outer = database->statement(kAll).value();
    int seen = 0;
    while (outer.step().value()) {
      auto inner = database->statement(kAll).value();  // the same text while the first is lent
      ASSERT_TRUE(inner.step().value());
      EXPECT_EQ(inner.integer(0), 1);
      ++seen;
    }
    EXPECT_EQ(seen, 2);
  }
  for (int i = 0; i < 1'000; ++i) {  // more texts than are kept
    EXPECT_EQ(database->integer(fmt::format("SELECT {}", i)).value(), i);
  }
  auto moved = database->statement(kAll).value();
  Statement other = std::move(moved);
  EXPECT_TRUE(other.step().value());
}

TEST_F(SqliteTest, ALoanEndsCleanly) {
  auto database = Database::in_memory().value();
  {
    auto select = database->statement("SELECT ?").value();
    ASSERT_TRUE(select.bind("secret").step().value());
  }
  auto select = database->statement("SELECT ?").value();
  ASSERT_TRUE(select.step().value());
  EXPECT_TRUE(select.is_null(0));
}

TEST_F(SqliteTest, ErrorsSayWhatIsWrongAndNoValue) {
  auto database = opened();
  ASSERT_TRUE(database->execute("CREATE TABLE t (a INTEGER UNIQUE NOT NULL) STRICT").has_value());
  auto insert = database->statement("INSERT INTO t VALUES (?)").value();
  ASSERT_TRUE(insert.bind(7777).run().has_value());
  auto twice = insert.bind(7777).run();
  ASSERT_FALSE(twice.has_value());
  EXPECT_EQ(twice.error().cause(), Cause::kInternal);
  EXPECT_THAT(std::string(twice.error().text()),
              HasSubstr("store.db: UNIQUE constraint failed: t.a"));
  EXPECT_THAT(std::string(twice.error().text()), Not(HasSubstr("7777")));
  EXPECT_FALSE(insert.bind("text").run().has_value());  // STRICT
  EXPECT_TRUE(insert.bind(2).run().has_value());        // goes on after errors
  EXPECT_EQ(database->changes(), 1);
  EXPECT_EQ(database->last_insert_id(), 2);

  EXPECT_EQ(database->statement("SELEC 1").error().cause(), Cause::kInternal);
  EXPECT_FALSE(database->statement("").has_value());
  EXPECT_FALSE(database->statement("SELECT 1; SELECT 2").has_value());
  EXPECT_EQ(database->integer("SELECT a FROM t WHERE a = ?", 99).value(), std::nullopt);
}

TEST_F(SqliteTest, AFileThatIsNoStoreIsRefused) {
  ASSERT_TRUE(write_file_atomically(path_, std::string(8192, 'x')).has_value());
  auto broken = Database::open(path_);
  ASSERT_FALSE(broken.has_value());
  EXPECT_EQ(broken.error().cause(), Cause::kStoreUnavailable);
  EXPECT_THAT(std::string(broken.error().text()), HasSubstr(path_.string()));
  auto nowhere = Database::open(directory_ / "no" / "such.db");
  ASSERT_FALSE(nowhere.has_value());
  EXPECT_EQ(nowhere.error().cause(), Cause::kStoreUnavailable);
}

TEST_F(SqliteTest, TransactionsAreWholeOrNothing) {
  auto database = opened();
  ASSERT_TRUE(database->execute("CREATE TABLE t (a INTEGER)").has_value());
  {
    auto transaction = Transaction::begin(*database).value();
    ASSERT_TRUE(database->execute("INSERT INTO t VALUES (1)").has_value());
  }
  EXPECT_EQ(count(*database, "t"), 0);
  EXPECT_FALSE(database->in_transaction());

  Result<> failed = in_transaction(*database, [&]() -> Result<> {
    TRY_OK(database->execute("INSERT INTO t VALUES (1)"));
    return fail(Cause::kInternal, "changed my mind");
  });
  EXPECT_EQ(failed.error().text(), "changed my mind");
  EXPECT_EQ(count(*database, "t"), 0);

  Result<int> done = in_transaction(*database, [&]() -> Result<int> {
    TRY_OK(database->execute("INSERT INTO t VALUES (1)"));
    return 42;
  });
  ASSERT_TRUE(done.has_value());
  EXPECT_EQ(*done, 42);
  EXPECT_EQ(count(*database, "t"), 1);
}

TEST_F(SqliteTest, AHeldLockIsWaitedForAndThenAnError) {
  auto holder = opened(), other = opened({.busy = 20ms});
  ASSERT_TRUE(holder->execute("CREATE TABLE t (a INTEGER)").has_value());
  auto transaction = Transaction::begin(*holder).value();
  auto refused = Transaction::begin(*other);
  ASSERT_FALSE(refused.has_value());
  EXPECT_EQ(refused.error().cause(), Cause::kStoreUnavailable);
  EXPECT_EQ(count(*other, "t"), 0);  // readers are not stopped
  ASSERT_TRUE(transaction.commit().has_value());
  EXPECT_TRUE(Transaction::begin(*other).has_value());
}

TEST_F(SqliteTest, ForeignKeysHold) {
  auto database = Database::in_memory().value();
  ASSERT_TRUE(database
                  ->execute("CREATE TABLE parent (id INTEGER PRIMARY KEY);"
                            "CREATE TABLE child (parent INTEGER REFERENCES parent(id))")
                  .has_value());
  EXPECT_FALSE(database->execute("INSERT INTO child VALUES (1)").has_value());
}

constexpr Migration kMigrations[] = {
    {1, "workflows",
     "CREATE TABLE workflow (id TEXT PRIMARY KEY) STRICT; CREATE TABLE other (a TEXT)"},
    {2, "names", "ALTER TABLE workflow ADD COLUMN name TEXT"},
    {3, "broken", "CREATE TABLE good (a TEXT); CREATE TABLE workflow (a TEXT)"},
};

TEST_F(SqliteTest, MigratesForwardAndOnce) {
  {
    auto database = opened();
    EXPECT_EQ(database->schema_version().value(), 0);
    ASSERT_TRUE(database->migrate(std::span(kMigrations).first(1)).has_value());
    EXPECT_EQ(database->schema_version().value(), 1);
    ASSERT_TRUE(database->execute("INSERT INTO workflow VALUES ('a')").has_value());
  }
  auto database = opened();
  ASSERT_TRUE(database->migrate(std::span(kMigrations).first(2)).has_value());
  ASSERT_TRUE(database->migrate(std::span(kMigrations).first(2)).has_value());
  EXPECT_EQ(database->schema_version().value(), 2);
  EXPECT_EQ(database->integer("SELECT count(*) FROM workflow WHERE name IS NULL").value(), 1);
}

TEST_F(SqliteTest, AMigrationThatFailsChangesNothing) {
  auto database = opened();
  ASSERT_TRUE(database->migrate(std::span(kMigrations).first(1)).has_value());
  auto failed = database->migrate(kMigrations);
  ASSERT_FALSE(failed.has_value());
  EXPECT_THAT(std::string(failed.error().text()), HasSubstr("migration 3 (broken)"));
  EXPECT_EQ(database->schema_version().value(), 1);
  EXPECT_EQ(database->integer("SELECT count(*) FROM sqlite_schema WHERE name = 'good'").value(), 0);
  EXPECT_FALSE(database->execute("SELECT name FROM workflow").has_value());
}

TEST_F(SqliteTest, ANewerSchemaIsRefused) {
  auto database = opened();
  ASSERT_TRUE(database->migrate(std::span(kMigrations).first(2)).has_value());
  auto refused = database->migrate(std::span(kMigrations).first(1));
  ASSERT_FALSE(refused.has_value());
  EXPECT_EQ(refused.error().cause(), Cause::kStoreUnavailable);
  EXPECT_THAT(std::string(refused.error().text()),
              HasSubstr("has schema 2, this program knows schema 1"));
}

TEST_F(SqliteTest, TwoProgramsMigrateOnce) {
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([this] {
      auto database = opened();
      auto done = database->migrate(std::span(kMigrations).first(2));
      EXPECT_TRUE(done.has_value()) << done.error().text();
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(count(*opened(), "schema_version"), 2);
}

#ifndef NDEBUG
TEST_F(SqliteTest, AnotherThreadIsNoticed) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  EXPECT_DEATH(
      {
        auto database = Database::in_memory().value();
        database->bind_to_this_thread();
        std::thread([&] { (void)database->execute("SELECT 1"); }).join();
      },
      "check_thread");
}
#endif

}  // namespace
}  // namespace vaettir::store
