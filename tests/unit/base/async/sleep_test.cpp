#include "base/async/sleep.h"

#include <gtest/gtest.h>

#include "base/async/event.h"

namespace vaettir {
namespace {

using namespace std::chrono_literals;

void turn_until(Loop& loop, const std::function<bool()>& condition) {
  const Deadline limit = Clock::now() + 10s;
  while (!condition() && Clock::now() < limit) loop.turn(100ms);
  ASSERT_TRUE(condition());
}

Task<Duration> measured(Loop& loop, Duration duration) {
  const Deadline start = Clock::now();
  co_await sleep(loop, duration);
  co_return Clock::now() - start;
}

TEST(Sleep, IsNeverEarlyEvenAfterALongCallback) {
  Loop loop("test");
  std::optional<Task<Duration>> task;
  loop.post([&] {
    std::this_thread::sleep_for(20ms);  // the loop's own idea of the time is old by now
    task.emplace(measured(loop, 30ms));
  });
  turn_until(loop, [&] { return task && task->done(); });
  EXPECT_GE(task->take(), 30ms);
}

TEST(Sleep, ZeroAndLessDoNotSuspend) {
  Loop loop("test");
  EXPECT_TRUE(measured(loop, 0s).done());
  EXPECT_TRUE(measured(loop, -1s).done());
}

TEST(Sleep, NeverDoesNotOverflow) {
  Loop loop("test");
  Task<Duration> task = measured(loop, Duration::max());
  loop.turn(5ms);
  EXPECT_FALSE(task.done());
}

TEST(Timer, MayBeDestroyedOrRestartedInItsCallback) {
  Loop loop("test");
  auto timer = std::make_unique<Timer>(loop);
  int fired = 0;
  timer->start(1ms, [&] {
    ++fired;
    timer->start(1ms, [&] {
      ++fired;
      timer.reset();
    });
  });
  turn_until(loop, [&] { return timer == nullptr; });
  EXPECT_EQ(fired, 2);
}

TEST(Timer, StopAndStartReplaceWhatWasRunning) {
  Loop loop("test");
  Timer timer(loop);
  std::vector<int> fired;
  timer.start(1ms, [&] { fired.push_back(1); });
  timer.start(2ms, [&] { fired.push_back(2); });
  turn_until(loop, [&] { return !fired.empty(); });
  EXPECT_EQ(fired, (std::vector{2}));
  timer.start(1ms, [&] { fired.push_back(3); });
  timer.stop();
  EXPECT_FALSE(timer.running());
  loop.turn(10ms);
  EXPECT_EQ(fired, (std::vector{2}));
}

TEST(Timer, TwoThatExpireTogetherMayCancelEachOther) {
  Loop loop("test");
  auto one = std::make_unique<Timer>(loop);
  auto two = std::make_unique<Timer>(loop);
  int fired = 0;
  one->start(1ms, [&] {
    ++fired;
    two.reset();
  });
  two->start(1ms, [&] {
    ++fired;
    one.reset();
  });
  std::this_thread::sleep_for(10ms);
  turn_until(loop, [&] { return fired > 0; });
  loop.turn(10ms);
  EXPECT_EQ(fired, 1);
}

Task<int> after(Loop& loop, Duration duration, std::shared_ptr<int> held) {
  co_await sleep(loop, duration);
  co_return *held;
}

TEST(Within, GivesTheResultOfAFastTask) {
  Loop loop("test");
  auto held = std::make_shared<int>(5);
  Task<std::optional<int>> task = within(loop, 10s, after(loop, 1ms, held));
  turn_until(loop, [&] { return task.done(); });
  EXPECT_EQ(task.take(), 5);
  EXPECT_EQ(within(loop, 10s, after(loop, 0s, held)).take(), 5);
}

TEST(Within, CancelsASlowTaskBeforeItAnswers) {
  Loop loop("test");
  auto held = std::make_shared<int>(5);
  Task<std::optional<int>> task = within(loop, 1ms, after(loop, 1h, held));
  turn_until(loop, [&] { return task.done(); });
  EXPECT_EQ(held.use_count(), 1);
  EXPECT_EQ(task.take(), std::nullopt);
}

TEST(Within, ItselfMayBeCancelled) {
  Loop loop("test");
  auto held = std::make_shared<int>(5);
  {
    const Task<std::optional<int>> task = within(loop, 1ms, after(loop, 2ms, held));
  }
  EXPECT_EQ(held.use_count(), 1);
  std::this_thread::sleep_for(5ms);
  loop.turn(0s);
}

Task<bool> first_of(Task<int>& task, Event& event) {
  co_return co_await Race{task.join(), event.wait()};
}

TEST(Race, SaysWhoWasFirstAndTheLoserGoesOn) {
  Loop loop("test");
  Event event(loop);
  auto held = std::make_shared<int>(5);
  Task<int> slow = after(loop, 20ms, held);
  Task<bool> race = first_of(slow, event);
  event.set();
  turn_until(loop, [&] { return race.done(); });
  EXPECT_FALSE(race.take());
  EXPECT_FALSE(slow.done());
  turn_until(loop, [&] { return slow.done(); });  // resumes nobody
  EXPECT_EQ(slow.take(), 5);

  Task<int> fast = after(loop, 0s, held);
  EXPECT_TRUE(first_of(fast, event).take());  // both are there: the first one counts
}

TEST(Race, BothInOneTurnResumeOnce) {
  Loop loop("test");
  Event a(loop);
  Event b(loop);
  struct Two {
    static Task<int> race(Event& a, Event& b) {
      int resumed = 0;
      const bool first = co_await Race{a.wait(), b.wait()};
      resumed += first ? 1 : 10;
      co_return resumed;
    }
  };
  Task<int> task = Two::race(a, b);
  b.set();
  a.set();
  loop.turn(0s);
  ASSERT_TRUE(task.done());
  EXPECT_EQ(task.take(), 10);
}

}  // namespace
}  // namespace vaettir
