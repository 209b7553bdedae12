// gateway/middleware/in_flight_req.cpp: so many requests of one source at a time and no more. The
// counts are the process's, not one loop's, and outlive a reload; a place is given back when the
// answer has been sent, however that ended.
#include <array>
#include <mutex>
#include <unordered_map>

#include "gateway/middleware/client_source.h"
#include "gateway/middleware/filter.h"
#include "gateway/middleware/memory.h"
#include "gateway/server/exchange.h"

namespace vaettir::gateway {
namespace {

struct Config {
  std::uint32_t amount = 0;
  SourceCriterion source_criterion;
  template <class V>
  void fields(V& v) {
    v("amount", amount, "Requests that may be served at once for one source", schema::required,
      schema::Range{1, 1e9});
    v("sourceCriterion", source_criterion, "What a source is; the requested host by default");
  }
};

class Counts {
 public:
  bool enter(const std::string& key, std::uint32_t most) {
    Shard& shard = shard_of(key);
    const std::lock_guard held(shard.lock);
    std::uint32_t& count = shard.counts[key];
    if (count >= most) return false;
    ++count;
    return true;
  }
  void leave(const std::string& key) {
    Shard& shard = shard_of(key);
    const std::lock_guard held(shard.lock);
    const auto found = shard.counts.find(key);
    if (--found->second == 0) shard.counts.erase(found);
  }

 private:
  struct Shard {
    std::mutex lock;
    std::unordered_map<std::string, std::uint32_t> counts;
  };
  // Sources spread over so many locks that two loops rarely want the same one.
  static constexpr std::size_t kShards = 16;
  Shard& shard_of(const std::string& key) {
    return shards_[std::hash<std::string>()(key) % kShards];
  }
  std::array<Shard, kShards> shards_;
};

class Place final : public Kept {
 public:
  Place(std::shared_ptr<Counts> counts, std::string key)
      : counts_(std::move(counts)), key_(std::move(key)) {}
  ~Place() override { counts_->leave(key_); }

 private:
  std::shared_ptr<Counts> counts_;
  std::string key_;
};

class InFlight final : public http::Service {
 public:
  InFlight(const Config& config, const Surroundings& around, http::Service& next)
      : config_(config),
        next_(next),
        counts_(around.memory.keep<Counts>("inFlightReq", around.name, around.hash,
                                           [] { return std::make_shared<Counts>(); })) {}

  Task<void> serve(http::Exchange& exchange) override {
    Exchange& ex = Exchange::of(exchange);
    std::string key = source_key(ex, config_.source_criterion, true);
    if (!counts_->enter(key, config_.amount)) {
      ex.refuse(Cause::kTooManyInFlight,
                fmt::format("{} requests of this source are being served", config_.amount));
      return {};
    }
    // Until the answer is out: a body that streams is still in flight.
    ex.keep(std::make_unique<Place>(counts_, std::move(key)));
    return next_.serve(exchange);
  }

 private:
  const Config& config_;
  http::Service& next_;
  std::shared_ptr<Counts> counts_;
};

}  // namespace

extern const MiddlewareType in_flight_req;
constinit const MiddlewareType in_flight_req =
    wrapper<InFlight, Config>("inFlightReq", "Limit the requests served at the same time");

}  // namespace vaettir::gateway
