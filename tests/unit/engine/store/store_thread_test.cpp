#include "engine/store/store_thread.h"

#include <gtest/gtest.h>

#include <atomic>
#include <latch>

#include "base/async/scope.h"
#include "engine/store/execution_ids.h"
#include "engine/store/execution_store.h"
#include "engine/store/schema.h"

namespace vaettir::engine {
namespace {

std::unique_ptr<store::Database> numbers() {
  auto database = store::Database::in_memory().value();
  EXPECT_TRUE(database->execute("CREATE TABLE n (v INTEGER PRIMARY KEY) STRICT"));
  return database;
}

StoreThread::Work<void> insert(int value) {
  return [value](store::Database& database) -> Result<> {
    TRY(store::Statement statement, database.statement("INSERT INTO n VALUES (?)"));
    return statement.bind(value).run();
  };
}

Result<std::int64_t> count(StoreThread& thread) {
  return thread.perform_now<std::int64_t>([](store::Database& database) -> Result<std::int64_t> {
    TRY(const auto found, database.integer("SELECT count(*) FROM n"));
    return found.value_or(-1);
  });
}

TEST(StoreThread, WhatFailsInAGroupFailsAlone) {
  StoreThread thread(numbers());
  Loop loop("test");
  // Held back, so that the rest arrives as one group.
  std::latch open(1);
  auto held = thread.perform<void>(loop, [&](store::Database&) -> Result<> {
    open.wait();
    return {};
  });
  std::vector<Task<Result<>>> tasks;
  for (const int value : {1, 2, 2, 3}) tasks.push_back(thread.perform<void>(loop, insert(value)));
  open.count_down();
  for (Task<Result<>>& task : tasks)
    while (!task.done()) loop.turn(std::chrono::seconds(1));
  EXPECT_TRUE(tasks[0].take());
  EXPECT_TRUE(tasks[1].take());
  const Result<> twice = tasks[2].take();
  ASSERT_FALSE(twice);
  EXPECT_EQ(twice.error().cause(), Cause::kInternal);
  EXPECT_TRUE(tasks[3].take());
  EXPECT_EQ(count(thread).value(), 3);
}

TEST(StoreThread, AGroupIsOneTransaction) {
  StoreThread thread(numbers());
  Loop loop("test");
  std::latch open(1);
  auto held = thread.perform<void>(loop, [&](store::Database&) -> Result<> {
    open.wait();
    return {};
  });
  // The second sees what the first has not committed yet, and both are in a transaction.
  auto first = thread.perform<void>(loop, insert(1));
  auto second = thread.perform<bool>(loop, [](store::Database& database) -> Result<bool> {
    TRY(const auto found, database.integer("SELECT count(*) FROM n"));
    return database.in_transaction() && found == 1;
  });
  open.count_down();
  while (!second.done()) loop.turn(std::chrono::seconds(1));
  EXPECT_TRUE(second.take().value());
}

TEST(StoreThread, WorkIsDoneThoughNobodyWaitsAnyMore) {
  StoreThread thread(numbers());
  Loop loop("test");
  {
    auto dropped = thread.perform<void>(loop, insert(5));
  }
  EXPECT_EQ(count(thread).value(), 1);
  loop.turn(std::chrono::milliseconds(1));  // the answer arrives and finds nobody
}

TEST(StoreThread, DestroyingItDoesWhatWasAskedFor) {
  const auto file = std::filesystem::path(testing::TempDir()) / "store_thread_test.db";
  std::filesystem::remove(file);
  Loop loop("test");
  {
    auto database = store::Database::open(file).value();
    ASSERT_TRUE(database->execute("CREATE TABLE n (v INTEGER PRIMARY KEY) STRICT"));
    StoreThread thread(std::move(database));
    for (int value = 0; value < 1000; ++value) {
      auto dropped = thread.perform<void>(loop, insert(value));
    }
  }
  StoreThread thread(store::Database::open(file).value());
  EXPECT_EQ(count(thread).value(), 1000);
  std::filesystem::remove(file);
}

Task<void> draw(ExecutionIds& ids, int many, std::vector<ExecutionId>& into, int& running) {
  for (int n = 0; n < many; ++n) {
    const Result<ExecutionId> id = co_await ids.next();
    if (id) into.push_back(*id);
  }
  --running;
}

TEST(ExecutionIds, AreNeverGivenTwice) {
  ExecutionStore store(open_store({}).value(), "p");
  Loop loop("test");
  ExecutionIds first(loop, store), second(loop, store);
  std::vector<ExecutionId> drawn;
  Scope scope;
  int running = 4;
  for (int n = 0; n < 2; ++n) {
    scope.spawn(draw(first, 1500, drawn, running));
    scope.spawn(draw(second, 1500, drawn, running));
  }
  while (running > 0) loop.turn(std::chrono::seconds(1));
  EXPECT_EQ(drawn.size(), 6000u);
  std::ranges::sort(drawn);
  EXPECT_EQ(std::ranges::adjacent_find(drawn), drawn.end());
}

}  // namespace
}  // namespace vaettir::engine
