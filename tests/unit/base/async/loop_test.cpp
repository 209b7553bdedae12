#include "base/async/loop.h"

#include <gtest/gtest.h>

#include "base/async/sleep.h"

namespace vaettir {
namespace {

using namespace std::chrono_literals;

struct Noted final : Ready {
  Noted(std::vector<int>& order, int number) : order(order), number(number) {}
  void run() override { order.push_back(number); }
  std::vector<int>& order;
  int number;
};

TEST(Loop, RunsReadyEntriesInOrder) {
  Loop loop("test");
  std::vector<int> order;
  Noted one(order, 1);
  Noted two(order, 2);
  loop.ready(one);
  loop.ready(two);
  EXPECT_TRUE(order.empty());
  loop.turn(0s);
  EXPECT_EQ(order, (std::vector{1, 2}));
}

TEST(Loop, ADestroyedReadyEntryIsNotRun) {
  Loop loop("test");
  std::vector<int> order;
  Noted last(order, 2);
  {
    Noted one(order, 1);
    loop.ready(one);
    loop.ready(last);
  }
  loop.turn(0s);
  EXPECT_EQ(order, (std::vector{2}));
}

TEST(Loop, AnEntryMayDestroyItsNeighbour) {
  Loop loop("test");
  std::vector<int> order;
  auto victim = std::make_unique<Noted>(order, 2);
  struct Killer final : Ready {
    void run() override { victim.reset(); }
    std::unique_ptr<Noted>& victim;
    explicit Killer(std::unique_ptr<Noted>& v) : victim(v) {}
  } killer(victim);
  loop.ready(killer);
  loop.ready(*victim);
  loop.turn(0s);
  EXPECT_TRUE(order.empty());
  EXPECT_EQ(victim, nullptr);
}

TEST(Loop, NextTurnWaitsForTheNextTurn) {
  Loop loop("test");
  std::vector<int> order;
  Noted later(order, 2);
  Noted soon(order, 1);
  loop.post([&] {
    loop.next_turn(later);
    loop.ready(soon);
  });
  loop.turn(1s);
  EXPECT_EQ(order, (std::vector{1}));
  loop.turn(1s);  // does not wait: something is due
  EXPECT_EQ(order, (std::vector{1, 2}));
}

TEST(Loop, DeliversPostsOfManyThreadsInTheOrderOfEach) {
  Loop loop("test");
  constexpr int kThreads = 4;
  constexpr int kEach = 2'000;
  std::vector<std::vector<int>> got(kThreads);
  int total = 0;
  std::vector<std::thread> threads;
  for (int t = 0; t < kThreads; ++t) {
    threads.emplace_back([&, t] {
      for (int i = 0; i < kEach; ++i) {
        loop.post([&, t, i] {
          got[t].push_back(i);
          if (++total == kThreads * kEach) loop.stop();
        });
      }
    });
  }
  loop.run();
  for (std::thread& thread : threads) thread.join();
  for (const std::vector<int>& of_one : got) {
    ASSERT_EQ(of_one.size(), kEach);
    EXPECT_TRUE(std::is_sorted(of_one.begin(), of_one.end()));
  }
}

TEST(Loop, WhatWasPostedBeforeStopIsDelivered) {
  Loop loop("test");
  int delivered = 0;
  for (int i = 0; i < 10; ++i) loop.post([&] { ++delivered; });
  loop.stop();
  loop.run();
  EXPECT_EQ(delivered, 10);
}

TEST(Loop, AMailboxOutlivesItsLoopAndTakesNothingMore) {
  std::shared_ptr<Mailbox> mailbox;
  auto witness = std::make_shared<int>(0);
  {
    Loop loop("test");
    mailbox = loop.mailbox();
    EXPECT_TRUE(mailbox->post([witness] { ++*witness; }));
  }
  EXPECT_FALSE(mailbox->post([witness] { ++*witness; }));
  EXPECT_EQ(witness.use_count(), 1);
  EXPECT_EQ(*witness, 0);
}

TEST(Loop, NowIsReadOncePerTurn) {
  Loop loop("test");
  loop.turn(0s);
  const Deadline first = loop.now();
  std::this_thread::sleep_for(5ms);
  EXPECT_EQ(loop.now(), first);
  loop.turn(0s);
  EXPECT_GE(loop.now() - first, 5ms);
}

struct Counted final : Swept {
  void on_sweep(Deadline) override {
    ++sweeps;
    if (kill != nullptr) kill->reset();
  }
  int sweeps = 0;
  std::unique_ptr<Counted>* kill = nullptr;
};

TEST(Loop, SweepsEachSecondAndSurvivesDestructionInside) {
  Loop loop("test");
  auto victim = std::make_unique<Counted>();
  Counted killer;
  auto itself = std::make_unique<Counted>();
  loop.sweep(*victim);
  loop.sweep(*itself);
  loop.sweep(killer);  // the newest is swept first
  killer.kill = &victim;
  itself->kill = &itself;
  const Deadline limit = Clock::now() + 3s;
  while (killer.sweeps == 0 && Clock::now() < limit) loop.turn(100ms);
  EXPECT_EQ(killer.sweeps, 1);
  EXPECT_EQ(victim, nullptr);
  EXPECT_EQ(itself, nullptr);
}

Task<void> gives_back(Loop& loop, bool& given) {
  co_await sleep(loop, 20ms);
  given = true;
}

TEST(Loop, TheJanitorMayFinishAfterStop) {
  Loop loop("test");
  bool given = false;
  loop.post([&] {
    loop.janitor().spawn(gives_back(loop, given));
    loop.stop();
  });
  loop.run();
  EXPECT_TRUE(given);
  EXPECT_TRUE(loop.janitor().empty());
}

Task<void> never_ends(Loop& loop, std::shared_ptr<int> held) {
  co_await sleep(loop, 1h);
  ++*held;
}

TEST(Loop, DestroyingItCancelsTheJanitor) {
  auto held = std::make_shared<int>(0);
  {
    Loop loop("test");
    loop.janitor().spawn(never_ends(loop, held));
    EXPECT_EQ(held.use_count(), 2);
  }
  EXPECT_EQ(held.use_count(), 1);
}

}  // namespace
}  // namespace vaettir
