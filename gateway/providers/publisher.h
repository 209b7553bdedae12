// Publisher: makes generations of the configuration and hands them to all loops: reads the files,
// checks the whole, keeps last good versions, and answers when every loop uses the result. Belongs
// to the control loop (the first edge loop); open() runs before it. One reload at a time.
#pragma once
#include <atomic>
#include <filesystem>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "base/async/event.h"
#include "base/async/semaphore.h"
#include "gateway/providers/directory_watch.h"
#include "gateway/providers/last_good.h"
#include "gateway/providers/sources.h"
#include "gateway/providers/whole.h"
#include "gateway/server/edge.h"
#include "gateway/server/gateway.h"
#include "gateway/targets/target_table.h"

namespace vaettir::gateway {

class Publisher {
 public:
  using BeforePublish = std::function<void(const routes::RouteTable&, const Environment&)>;
  Publisher(Loop& control, Shared& shared, TargetTable& targets, ConfigurationSources sources,
            const std::filesystem::path& data, BeforePublish before_publish);

  // The first load. Errors: bad_request with the rendered report. Before the loops run.
  Result<> open();
  // Every loop that takes part; gives them the first generation. Before the loops run.
  void adopt_all(std::vector<Gateway*> gateways);

  // Reads everything anew. `forced`: makes a generation even where nothing has changed.
  Task<ReloadOutcome> reload(bool forced);
  // After a change of the target table: returns when every loop uses it.
  Task<void> publish_targets();
  // Looks for changes and for ends of life times until it is cancelled.
  Task<void> follow(Duration poll);
  Task<void> follow_targets();

  // What is in force; any thread.
  std::shared_ptr<const routes::RouteTable> table() const;
  schema::Report report() const;
  Environment environment() const;
  std::uint64_t generation() const { return generation_.load(std::memory_order_relaxed); }

 private:
  struct Loaded;
  // What reading and checking need: shared with the pool, which may still be at it when this ends.
  struct Inputs {
    ConfigurationSources sources;
    schema::Catalog middlewares;
  };
  Task<ReloadOutcome> reload_alone(bool forced);
  static Loaded load(const Inputs& inputs, const Gathered& gathered, const GoodTexts& good,
                     std::vector<routes::TargetInput> targets);
  void note_watched(const Gathered& gathered);
  // Makes the next snapshot of what was loaded.
  std::shared_ptr<const Snapshot> advance(Loaded& loaded, const Gathered& gathered);
  Task<void> hand_out(std::shared_ptr<const Snapshot> snapshot);
  bool same_targets() const;
  bool unchanged(const Gathered& gathered) const;
  void remember(const Gathered& gathered, const Loaded& loaded);
  void tell(const schema::Report& report, const Loaded& loaded);
  std::shared_ptr<const Snapshot> latest() const;

  Loop& control_;
  Shared& shared_;
  TargetTable& targets_;
  const std::shared_ptr<const Inputs> inputs_;
  const LastGood last_good_;
  const BeforePublish before_publish_;
  std::vector<Gateway*> gateways_;
  Semaphore one_at_a_time_;
  Event changed_;
  DirectoryWatch watch_;

  GoodTexts good_;    // of the files in force, and of what is kept for the broken ones
  GoodTexts newest_;  // as they were read for the generation in force
  std::vector<routes::TargetInput> loaded_targets_;
  Gathered watched_;  // without the texts
  std::string told_;  // the report that was logged last
  std::atomic<std::uint64_t> generation_{0};

  mutable std::mutex lock_;  // over what other threads read
  std::shared_ptr<const Snapshot> latest_;
  schema::Report report_;
  Environment environment_;
};

}  // namespace vaettir::gateway
