#include "base/async/channel.h"

#include <gtest/gtest.h>

namespace vaettir {
namespace {

using namespace std::chrono_literals;

Task<std::vector<int>> all(Channel<int>& channel) {
  std::vector<int> got;
  while (true) {
    std::optional<int> message = co_await channel.receive();
    if (!message) co_return got;
    got.push_back(*message);
  }
}

Task<void> stop_when_done(Task<std::vector<int>>& task, Loop& loop) {
  co_await task.join();
  loop.stop();
}

TEST(Channel, CarriesMessagesOfManyThreadsUntilTheLastSenderIsGone) {
  Loop loop("test");
  Channel<int> channel(loop, 1'000'000);
  constexpr int kThreads = 4;
  constexpr int kEach = 5'000;
  std::vector<std::thread> threads;
  for (int t = 0; t < kThreads; ++t) {
    threads.emplace_back([sender = channel.sender()]() mutable {
      for (int i = 0; i < kEach; ++i) ASSERT_TRUE(sender.send(i));
      sender = {};
    });
  }
  Task<std::vector<int>> got = all(channel);
  Task<void> stopper = stop_when_done(got, loop);
  loop.run();
  for (std::thread& thread : threads) thread.join();
  std::vector<int> messages = got.take();
  ASSERT_EQ(messages.size(), kThreads * kEach);
  std::ranges::sort(messages);
  for (int i = 0; i < kThreads * kEach; ++i) ASSERT_EQ(messages[i], i / kThreads);
}

TEST(Channel, IsBoundedButTheLastMessageFits) {
  Loop loop("test");
  Channel<std::unique_ptr<int>> channel(loop, 2);
  auto sender = channel.sender();
  EXPECT_TRUE(sender.send(std::make_unique<int>(1)));
  EXPECT_TRUE(sender.send(std::make_unique<int>(2)));
  auto refused = std::make_unique<int>(3);
  EXPECT_FALSE(sender.send(std::move(refused)));
  ASSERT_NE(refused, nullptr);  // still the sender's
  EXPECT_TRUE(sender.finish(std::move(refused)));
  EXPECT_FALSE(sender.send(std::make_unique<int>(4)));
  for (int expected : {1, 2, 3}) EXPECT_EQ(**channel.receive().take(), expected);
  EXPECT_EQ(channel.receive().take(), std::nullopt);
}

TEST(Channel, SendersOutliveTheReceiver) {
  Loop loop("test");
  auto channel = std::make_unique<Channel<std::shared_ptr<int>>>(loop, 10);
  auto sender = channel->sender();
  auto held = std::make_shared<int>(1);
  EXPECT_TRUE(sender.send(held));
  EXPECT_FALSE(sender.closed());
  channel.reset();
  EXPECT_EQ(held.use_count(), 1);
  EXPECT_TRUE(sender.closed());
  EXPECT_FALSE(sender.send(held));
  loop.turn(0s);  // the wake-up that was on its way finds nobody
}

TEST(Channel, SendersOutliveTheLoop) {
  Sender<int> sender;
  {
    Loop loop("test");
    Channel<int> channel(loop, 10);
    sender = channel.sender();
    EXPECT_TRUE(sender.send(1));
  }
  EXPECT_FALSE(sender.send(2));
}

TEST(Channel, ACancelledReceiverLeavesTheMessages) {
  Loop loop("test");
  Channel<int> channel(loop, 10);
  auto sender = channel.sender();
  {
    Task<std::optional<int>> waiting = channel.receive();
    EXPECT_FALSE(waiting.done());
    sender.send(1);
  }
  loop.turn(0s);
  EXPECT_EQ(channel.receive().take(), 1);
}

TEST(Channel, ReceiveWithALimitSaysThatItPassed) {
  Loop loop("test");
  Channel<int> channel(loop, 10);
  auto sender = channel.sender();
  bool timed_out = false;
  Task<std::optional<int>> waiting = channel.receive(5ms, timed_out);
  while (!waiting.done()) loop.turn(100ms);
  EXPECT_TRUE(timed_out);
  EXPECT_EQ(waiting.take(), std::nullopt);
  sender.send(3);
  EXPECT_EQ(channel.receive(1s, timed_out).take(), 3);
  EXPECT_FALSE(timed_out);
}

TEST(Channel, EndsWhileSomebodyWaits) {
  Loop loop("test");
  Channel<int> channel(loop, 10);
  auto sender = channel.sender();
  auto copy = sender;
  Task<std::optional<int>> waiting = channel.receive();
  sender = {};
  loop.turn(0s);
  EXPECT_FALSE(waiting.done());
  copy = {};
  loop.turn(1s);
  ASSERT_TRUE(waiting.done());
  EXPECT_EQ(waiting.take(), std::nullopt);
}

Task<void> enters(Semaphore& semaphore, Event& leave, std::vector<int>& order, int number) {
  auto permit = co_await semaphore.acquire();
  order.push_back(number);
  co_await leave.wait();
}

TEST(Semaphore, LetsInFirstComeFirstServed) {
  Loop loop("test");
  Semaphore semaphore(loop, 1);
  Event leave(loop);
  std::vector<int> order;
  Scope scope;
  for (int i = 0; i < 4; ++i) scope.spawn(enters(semaphore, leave, order, i));
  EXPECT_EQ(order, (std::vector{0}));
  EXPECT_FALSE(semaphore.try_acquire().has_value());
  leave.set();
  for (int i = 0; i < 4; ++i) loop.turn(0s);
  EXPECT_EQ(order, (std::vector{0, 1, 2, 3}));
  EXPECT_EQ(semaphore.available(), 1u);
}

TEST(Semaphore, AWaiterCancelledOnItsWayInPassesThePermitOn) {
  Loop loop("test");
  Semaphore semaphore(loop, 1);
  Event never(loop);
  std::vector<int> order;
  auto held = semaphore.try_acquire();
  ASSERT_TRUE(held);
  auto first = std::make_unique<Task<void>>(enters(semaphore, never, order, 1));
  auto second = std::make_unique<Task<void>>(enters(semaphore, never, order, 2));
  auto third = std::make_unique<Task<void>>(enters(semaphore, never, order, 3));
  second.reset();  // while it waits
  held.reset();    // the first one's turn ...
  first.reset();   // ... which it does not live to see
  loop.turn(0s);
  EXPECT_EQ(order, (std::vector{3}));
  third.reset();
  EXPECT_EQ(semaphore.available(), 1u);
}

}  // namespace
}  // namespace vaettir
