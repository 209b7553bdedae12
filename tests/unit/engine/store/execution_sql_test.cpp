// Rows, claims and fences (DESIGN section 3): what two workers may and may not do to one row.
#include "engine/store/execution_sql.h"

#include <gtest/gtest.h>

#include "engine/store/schema.h"

namespace vaettir::engine {
namespace {

class ExecutionSql : public testing::Test {
 protected:
  void SetUp() override { database_ = open_store({}).value(); }

  static ExecutionWrite create(ExecutionId id, std::optional<Lease> claimed) {
    ExecutionWrite write;
    write.id = id;
    write.attempt = claimed ? 1 : 0;
    write.create = NewExecution{.workflow_id = "w",
                                .workflow_version = "v1",
                                .mode = "webhook",
                                .created_ms = 1,
                                .claimed = std::move(claimed)};
    write.entries.push_back([] { return JournalEntry{EntryKind::kBegin, 0, 0, "input"}; });
    return write;
  }
  static ExecutionWrite more(ExecutionId id, std::uint32_t attempt, std::uint64_t sequence,
                             EntryKind kind = EntryKind::kRecord) {
    ExecutionWrite write;
    write.id = id;
    write.attempt = attempt;
    write.first_sequence = sequence;
    write.entries.push_back([kind] { return JournalEntry{kind, 1, 0, "entry"}; });
    return write;
  }
  ExecutionRow row(ExecutionId id) {
    for (const ExecutionRow& row : recent_executions(*database_, 100).value())
      if (row.id == id) return row;
    return {};
  }
  std::int64_t entries(ExecutionId id) {
    return database_->integer("SELECT count(*) FROM journal WHERE execution_id = ?", id)
        .value()
        .value_or(-1);
  }

  std::unique_ptr<store::Database> database_;
};

TEST_F(ExecutionSql, ANewRowIsClaimedOnce) {
  ASSERT_TRUE(write_execution(*database_, create(7, std::nullopt)));
  const auto first = claim_execution(*database_, 7, {"p/1", 1000}, 500, "").value();
  ASSERT_TRUE(first);
  EXPECT_EQ(first->attempt, 1u);
  EXPECT_FALSE(first->was_running);
  ASSERT_EQ(first->journal.size(), 1u);
  EXPECT_EQ(first->journal[0].payload, "input");
  EXPECT_FALSE(claim_execution(*database_, 7, {"p/2", 1000}, 500, "").value());
}

TEST_F(ExecutionSql, ARunningRowIsClaimedWhenItsLeaseIsOver) {
  ASSERT_TRUE(write_execution(*database_, create(7, Lease{"p/1", 1000})));
  EXPECT_FALSE(claim_execution(*database_, 7, {"p/2", 2000}, 999, "").value());
  const auto second = claim_execution(*database_, 7, {"p/2", 2000}, 1001, "").value();
  ASSERT_TRUE(second);
  EXPECT_TRUE(second->was_running);
  EXPECT_EQ(second->attempt, 2u);
}

TEST_F(ExecutionSql, ARenewedLeaseKeepsOthersOut) {
  ASSERT_TRUE(write_execution(*database_, create(7, Lease{"p/1", 1000})));
  ASSERT_TRUE(renew_leases(*database_, {"p/1", 5000}));
  EXPECT_FALSE(claim_execution(*database_, 7, {"p/2", 9000}, 3000, "").value());
  ASSERT_TRUE(renew_leases(*database_, {"p/2", 9000})) << "of others it renews nothing";
  EXPECT_TRUE(claim_execution(*database_, 7, {"p/2", 9000}, 6000, "").value());
}

TEST_F(ExecutionSql, OwnersOfOtherProcessesAreDeadUnderTheLock) {
  ASSERT_TRUE(write_execution(*database_, create(7, Lease{"old/1", 1'000'000})));
  ASSERT_TRUE(write_execution(*database_, create(8, Lease{"now/1", 1'000'000})));
  EXPECT_TRUE(claim_execution(*database_, 7, {"now/2", 1000}, 5, "now").value());
  EXPECT_FALSE(claim_execution(*database_, 8, {"now/2", 1000}, 5, "now").value());
}

TEST_F(ExecutionSql, AFencedWorkerWritesNothing) {
  ASSERT_TRUE(write_execution(*database_, create(7, Lease{"p/1", 1000})));
  ASSERT_EQ(write_execution(*database_, more(7, 1, 1)).value(), Written::kDone);
  ASSERT_TRUE(claim_execution(*database_, 7, {"p/2", 9000}, 2000, "").value());
  EXPECT_EQ(write_execution(*database_, more(7, 1, 2)).value(), Written::kFenced);
  EXPECT_EQ(entries(7), 2);
  ExecutionWrite end = more(7, 1, 2);
  end.end = ExecutionEnd{.status = "success", .last_node = "late", .error = {}, .stopped_ms = 3};
  EXPECT_EQ(write_execution(*database_, end).value(), Written::kFenced);
  EXPECT_EQ(row(7).status, "running");
  end.attempt = 2;
  EXPECT_EQ(write_execution(*database_, end).value(), Written::kDone);
  EXPECT_EQ(row(7).status, "success");
  EXPECT_EQ(row(7).last_node, "late");
}

TEST_F(ExecutionSql, AnEndedRowTakesNoMore) {
  ASSERT_TRUE(write_execution(*database_, create(7, Lease{"p/1", 1000})));
  ExecutionWrite end = more(7, 1, 1);
  end.end = ExecutionEnd{.status = "error", .last_node = "n", .error = "e", .stopped_ms = 3};
  ASSERT_EQ(write_execution(*database_, end).value(), Written::kDone);
  EXPECT_EQ(write_execution(*database_, more(7, 1, 2)).value(), Written::kFenced);
  EXPECT_FALSE(claim_execution(*database_, 7, {"p/2", 9000}, 99'999, "x").value());
}

TEST_F(ExecutionSql, WhatIsNotKeptLeavesNothing) {
  ASSERT_TRUE(write_execution(*database_, create(7, Lease{"p/1", 1000})));
  ExecutionWrite end;
  end.id = 7;
  end.attempt = 1;
  end.end = ExecutionEnd{.status = "success", .discard = true};
  ASSERT_EQ(write_execution(*database_, end).value(), Written::kDone);
  EXPECT_EQ(row(7).id, 0u);
  EXPECT_EQ(entries(7), 0);
}

TEST_F(ExecutionSql, AttemptsWithoutAStepAreCounted) {
  ASSERT_TRUE(write_execution(*database_, create(7, Lease{"p/1", 0})));
  EXPECT_EQ(claim_execution(*database_, 7, {"p/2", 0}, 1, "").value()->barren, 1u);
  ASSERT_TRUE(write_execution(*database_, more(7, 2, 1, EntryKind::kStart)));
  EXPECT_EQ(claim_execution(*database_, 7, {"p/3", 0}, 1, "").value()->barren, 2u)
      << "a start is no step";
  ASSERT_TRUE(write_execution(*database_, more(7, 3, 2)));
  EXPECT_EQ(claim_execution(*database_, 7, {"p/4", 0}, 1, "").value()->barren, 0u);
  EXPECT_EQ(claim_execution(*database_, 7, {"p/5", 0}, 1, "").value()->barren, 1u);
}

TEST_F(ExecutionSql, IdsComeInBlocks) {
  const ExecutionId first = reserve_ids(*database_, 1000).value();
  EXPECT_EQ(reserve_ids(*database_, 10).value(), first + 1000);
  EXPECT_EQ(reserve_ids(*database_, 1).value(), first + 1010);
}

TEST_F(ExecutionSql, UnfinishedOnesAreFound) {
  ASSERT_TRUE(write_execution(*database_, create(9, std::nullopt)));
  ASSERT_TRUE(write_execution(*database_, create(7, Lease{"p/1", 1000})));
  ASSERT_TRUE(write_execution(*database_, create(8, Lease{"p/1", 1000})));
  ExecutionWrite end = more(8, 1, 1);
  end.end = ExecutionEnd{.status = "success"};
  ASSERT_TRUE(write_execution(*database_, end));
  EXPECT_EQ(unfinished_executions(*database_).value(), (std::vector<ExecutionId>{7, 9}));
}

TEST_F(ExecutionSql, AClaimBringsThePinnedVersion) {
  const WorkflowPtr workflow =
      read_workflow(R"({"id":"w","name":"W","nodes":[],"connections":{}})", "w.json").value();
  ASSERT_TRUE(keep_version(*database_, *workflow, 1));
  ASSERT_TRUE(keep_version(*database_, *workflow, 2)) << "the same version again";
  ExecutionWrite write = create(7, std::nullopt);
  write.create->workflow_version = workflow->version_id();
  ASSERT_TRUE(write_execution(*database_, write));
  EXPECT_EQ(claim_execution(*database_, 7, {"p/1", 1}, 1, "").value()->workflow_source,
            workflow->source());
}

TEST(StoreSchema, ANewerStoreIsRefusedUntouched) {
  const auto file = std::filesystem::path(testing::TempDir()) / "newer_store.db";
  std::filesystem::remove(file);
  {
    auto database = open_store(file).value();
    ASSERT_TRUE(database->execute("PRAGMA user_version = 1001"));
  }
  const auto refused = open_store(file);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().cause(), Cause::kStoreUnavailable);
  EXPECT_NE(refused.error().text().find("newer_store.db"), std::string_view::npos);
  std::filesystem::remove(file);
}

}  // namespace
}  // namespace vaettir::engine
