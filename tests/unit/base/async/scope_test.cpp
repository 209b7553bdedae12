#include "base/async/scope.h"

#include <gtest/gtest.h>

#include "base/async/event.h"
#include "base/async/sleep.h"

namespace vaettir {
namespace {

using namespace std::chrono_literals;

Task<void> waits_for(Event& event, int& done) {
  co_await event.wait();
  ++done;
}

TEST(Scope, TasksLeaveByThemselves) {
  Loop loop("test");
  Event event(loop);
  Scope scope;
  int done = 0;
  for (int i = 0; i < 3; ++i) scope.spawn(waits_for(event, done));
  EXPECT_EQ(scope.size(), 3u);
  event.set();
  EXPECT_EQ(done, 0);
  loop.turn(0s);
  EXPECT_EQ(done, 3);
  EXPECT_TRUE(scope.empty());
  scope.spawn(waits_for(event, done));  // done at once
  EXPECT_EQ(done, 4);
  EXPECT_TRUE(scope.empty());
}

TEST(Scope, ClearCancelsWhatIsAlreadyOnItsWay) {
  Loop loop("test");
  Event event(loop);
  Scope scope;
  int done = 0;
  for (int i = 0; i < 3; ++i) scope.spawn(waits_for(event, done));
  event.set();
  scope.clear();
  loop.turn(0s);
  EXPECT_EQ(done, 0);
}

Task<void> clears_other(Event& event, Scope& other) {
  co_await event.wait();
  other.clear();
}

TEST(Scope, ATaskMayCancelTasksThatTheSameEventWakes) {
  Loop loop("test");
  Event event(loop);
  Scope victims;
  Scope killers;
  int done = 0;
  killers.spawn(clears_other(event, victims));
  victims.spawn(waits_for(event, done));
  victims.spawn(waits_for(event, done));
  event.set();
  loop.turn(0s);
  EXPECT_EQ(done, 0);
  EXPECT_TRUE(victims.empty());
  EXPECT_TRUE(killers.empty());
}

}  // namespace
}  // namespace vaettir
