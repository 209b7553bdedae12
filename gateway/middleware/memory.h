// Memory: what middlewares and balancers must not forget when the configuration is read anew:
// counts, buckets, positions. Kept under (kind, name, structural hash of the settings): unchanged
// settings find their state again, changed ones begin anew. One for the process; any thread.
// A state lives as long as a plan uses it.
#pragma once
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <tuple>

namespace vaettir::gateway {

class Memory {
 public:
  // The state of that key, made by `make()` where no plan has it.
  template <class State, class Make>
  std::shared_ptr<State> keep(std::string_view kind, std::string_view name, std::uint64_t hash,
                              Make make) {
    const std::lock_guard held(lock_);
    std::erase_if(states_, [](const auto& entry) { return entry.second.expired(); });
    std::weak_ptr<void>& known = states_[Key(kind, name, hash)];
    if (auto state = known.lock()) return std::static_pointer_cast<State>(state);
    std::shared_ptr<State> state = make();
    known = state;
    return state;
  }
  std::size_t size() const {
    const std::lock_guard held(lock_);
    return states_.size();
  }

 private:
  using Key = std::tuple<std::string, std::string, std::uint64_t>;
  mutable std::mutex lock_;
  std::map<Key, std::weak_ptr<void>> states_;
};

}  // namespace vaettir::gateway
