#include "base/async/task.h"

#include <gtest/gtest.h>

#include "base/async/loop.h"
#include "base/async/sleep.h"

namespace vaettir {
namespace {

using namespace std::chrono_literals;

// Counts how often it is destroyed, as something a frame holds.
struct Witness {
  explicit Witness(int& count) : count(count) {}
  ~Witness() { ++count; }
  int& count;
};

Task<int> answer() { co_return 42; }
Task<int> ready_answer() { return 7; }

Task<int> sum_of_many(int times) {
  int sum = 0;
  for (int i = 0; i < times; ++i) sum += co_await ready_answer() + co_await answer() - 48;
  co_return sum;
}

Task<int> waits(Loop& loop, int& destroyed) {
  const Witness witness(destroyed);
  co_await sleep(loop, 1h);
  co_return 1;
}

Task<int> waits_for_child(Loop& loop, int& destroyed) {
  const Witness witness(destroyed);
  co_return co_await waits(loop, destroyed);
}

Task<int> throws() {
  throw std::runtime_error("broken");
  co_return 1;
}

Task<std::string> catches() {
  try {
    co_await throws();
  } catch (const std::runtime_error& error) {
    co_return error.what();
  }
  co_return "nothing";
}

TEST(Task, IsEagerAndHoldsItsValue) {
  Task<int> task = answer();
  ASSERT_TRUE(task.done());
  EXPECT_EQ(task.take(), 42);
}

TEST(Task, AReadyValueNeedsNoFrame) {
  Task<int> task = ready_answer();
  ASSERT_TRUE(task.done());
  EXPECT_EQ(task.take(), 7);
}

TEST(Task, AMillionReadyAwaitsUseNoStack) {
  // With a frame per await on the stack this would need more than the usual 8 MiB.
  EXPECT_EQ(sum_of_many(1'000'000).take(), 1'000'000);
}

TEST(Task, DestroyingItDestroysTheWholeChain) {
  Loop loop("test");
  int destroyed = 0;
  {
    Task<int> task = waits_for_child(loop, destroyed);
    EXPECT_FALSE(task.done());
    EXPECT_EQ(destroyed, 0);
  }
  EXPECT_EQ(destroyed, 2);
  loop.turn(0s);
}

TEST(Task, AssigningOverItCancelsWhatItWas) {
  Loop loop("test");
  int destroyed = 0;
  Task<int> task = waits(loop, destroyed);
  task = answer();
  EXPECT_EQ(destroyed, 1);
  EXPECT_EQ(task.take(), 42);
}

TEST(Task, AnExceptionGoesToWhoeverAwaits) { EXPECT_EQ(catches().take(), "broken"); }

}  // namespace
}  // namespace vaettir
