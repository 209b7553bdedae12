#include "base/net/resolver.h"

#include <gtest/gtest.h>

#include "tests/unit/base/net/net_kit.h"

namespace vaettir::net {
namespace {

using namespace std::chrono_literals;
using kit::finish;

struct ResolverTest : testing::Test {
  Loop loop{"test"};
  ThreadPool pool{2};
  std::unique_ptr<Resolver> resolver = system_resolver(loop, pool);
};

TEST_F(ResolverTest, AnAddressIsItsOwnAnswerAtOnce) {
  auto task = resolver->resolve("192.0.2.7", 80, kNever);
  ASSERT_TRUE(task.done());
  EXPECT_EQ(*task.take(), std::vector{*Address::parse("192.0.2.7:80")});
  EXPECT_EQ(*resolver->resolve("[::1]", 81, kNever).take(), std::vector{Address::loopback6(81)});
}

TEST_F(ResolverTest, LocalhostAndWhatIsUnderItIsLoopbackWithoutAsking) {
  for (const char* name : {"localhost", "app.localhost", "A.B.LocalHost", "localhost."}) {
    auto task = resolver->resolve(name, 9, kNever);
    ASSERT_TRUE(task.done()) << name;
    EXPECT_EQ(*task.take(), (std::vector{Address::loopback6(9), Address::loopback(9)}));
  }
}

TEST_F(ResolverTest, ANameThatDoesNotExistIsADnsFailureAndRemembered) {
  auto result = finish(loop, resolver->resolve("no-such-name.invalid", 80, Clock::now() + 25s));
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().cause(), Cause::kDnsFailure);
  EXPECT_NE(result.error().text().find("no-such-name.invalid"), std::string::npos);
  auto again = resolver->resolve("No-Such-Name.invalid.", 80, kNever);
  EXPECT_TRUE(again.done());
  EXPECT_FALSE(again.take());
}

TEST_F(ResolverTest, WhatIsNoNameIsRefused) {
  for (const std::string& name :
       {std::string(), std::string("."), std::string(300, 'a'), std::string("a\0b", 3)}) {
    auto task = resolver->resolve(name, 80, kNever);
    ASSERT_TRUE(task.done());
    EXPECT_EQ(task.take().error().cause(), Cause::kDnsFailure);
  }
}

TEST_F(ResolverTest, TheDeadlineHoldsWhileTheSystemIsAskedOnce) {
  // Both threads are busy, so the question cannot be answered.
  struct Gate {
    std::atomic<bool> open{false};
    std::atomic<int> waiting{0};
  };
  const auto gate = std::make_shared<Gate>();  // the second thread may leave it after this test
  const auto block = [gate] {
    ++gate->waiting;
    while (!gate->open) std::this_thread::sleep_for(1ms);
  };
  pool.submit(block);
  pool.submit(block);
  while (gate->waiting < 2) std::this_thread::sleep_for(1ms);
  auto first = resolver->resolve("some-name.invalid", 80, Clock::now() + 30ms);
  auto second = resolver->resolve("some-name.invalid", 80, Clock::now() + 25s);
  {
    auto cancelled = resolver->resolve("some-name.invalid", 80, kNever);
  }
  EXPECT_EQ(pool.waiting(), 1u);
  EXPECT_EQ(finish(loop, first).error().cause(), Cause::kDnsFailure);
  EXPECT_FALSE(second.done());
  gate->open = true;
  EXPECT_FALSE(finish(loop, second));
}

}  // namespace
}  // namespace vaettir::net
