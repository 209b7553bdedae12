#include "base/net/resolver.h"

#include <fmt/format.h>
#include <netdb.h>

#include <map>

#include "base/async/event.h"
#include "base/async/race.h"
#include "base/async/sleep.h"
#include "base/core/text.h"

namespace vaettir::net {
namespace {

// getaddrinfo hides how long an answer is valid; these are short enough for addresses that move
// (containers, tunnels) and long enough to keep the question out of a request's way.
constexpr std::chrono::seconds kKeepAnswer{30};
constexpr std::chrono::seconds kKeepFailure{5};
// Names asked for by configuration are few; the limit is for names that come from workflows.
constexpr std::size_t kMostNames = 1024;
constexpr std::size_t kLongestName = 253;  // RFC 1035 section 2.3.4

struct Answer {
  std::vector<Address> addresses;
  std::string failure;
};

Answer ask_system(const std::string& host) {
  addrinfo hints = {.ai_flags = AI_ADDRCONFIG, .ai_family = AF_UNSPEC, .ai_socktype = SOCK_STREAM};
  addrinfo* list = nullptr;
  const int error = ::getaddrinfo(host.c_str(), nullptr, &hints, &list);
  if (error != 0) return {.failure = ::gai_strerror(error)};
  Answer answer;
  for (const addrinfo* entry = list; entry != nullptr; entry = entry->ai_next) {
    Address address = Address::from(entry->ai_addr, entry->ai_addrlen);
    if (address.is_ip()) answer.addresses.push_back(std::move(address));
  }
  ::freeaddrinfo(list);
  if (answer.addresses.empty()) answer.failure = "the name has no address";
  return answer;
}

bool is_localhost(std::string_view name) {
  return name == "localhost" || name.ends_with(".localhost");
}

class SystemResolver final : public Resolver {
 public:
  SystemResolver(Loop& loop, ThreadPool& pool) : loop_(loop), pool_(pool) {}

  Task<Result<std::vector<Address>>> resolve(std::string host, std::uint16_t port,
                                             Deadline deadline) override {
    if (auto address = Address::parse_host(host, port)) return one(*std::move(address));
    std::string name = lower(host);
    if (name.ends_with('.')) name.pop_back();
    if (is_localhost(name)) {
      return Result<std::vector<Address>>(
          std::vector{Address::loopback6(port), Address::loopback(port)});
    }
    if (name.empty() || name.size() > kLongestName || name.find('\0') != std::string::npos) {
      return Result<std::vector<Address>>(fail(Cause::kDnsFailure, "this is no host name"));
    }
    return ask(std::move(name), port, deadline);
  }

 private:
  struct Entry {
    explicit Entry(Loop& loop) : done(loop) {}
    Event done;
    Answer answer;
    Deadline expires = kNever;  // while the question is asked
  };
  using Entries = std::map<std::string, std::shared_ptr<Entry>, std::less<>>;

  static Task<Result<std::vector<Address>>> one(Address address) {
    return Result<std::vector<Address>>(std::vector{std::move(address)});
  }

  Task<Result<std::vector<Address>>> ask(std::string name, std::uint16_t port, Deadline deadline) {
    // Held by this task too: the cache may drop it meanwhile.
    const std::shared_ptr<Entry> entry = entry_for(name);
    if (!co_await Race{entry->done.wait(), sleep_until(loop_, deadline)}) {
      co_return fail(Cause::kDnsFailure, fmt::format("'{}': no answer in time", name));
    }
    if (entry->answer.addresses.empty()) {
      co_return fail(Cause::kDnsFailure, fmt::format("'{}': {}", name, entry->answer.failure));
    }
    std::vector<Address> result;
    for (const Address& address : entry->answer.addresses) {
      result.push_back(address.with_port(port));
    }
    co_return result;
  }

  std::shared_ptr<Entry> entry_for(const std::string& name) {
    const auto found = entries_.find(name);
    if (found != entries_.end() && found->second->expires > loop_.now()) return found->second;
    make_room();
    auto entry = std::make_shared<Entry>(loop_);
    entries_[name] = entry;
    asking_.spawn(look_up(name, entry));
    return entry;
  }

  // Asked for everybody who wants to know: it goes on when the first one gives up.
  Task<void> look_up(std::string name, std::shared_ptr<Entry> entry) {
    entry->answer = co_await offload(loop_, pool_, [name] { return ask_system(name); });
    const bool failed = entry->answer.addresses.empty();
    entry->expires = loop_.now() + (failed ? kKeepFailure : kKeepAnswer);
    entry->done.set();
  }

  void make_room() {
    if (entries_.size() < kMostNames) return;
    const Deadline now = loop_.now();
    std::erase_if(entries_, [&](const auto& named) { return named.second->expires <= now; });
    if (entries_.size() >= kMostNames) entries_.erase(entries_.begin());
  }

  Loop& loop_;
  ThreadPool& pool_;
  Entries entries_;
  Scope asking_;
};

}  // namespace

std::unique_ptr<Resolver> system_resolver(Loop& loop, ThreadPool& pool) {
  return std::make_unique<SystemResolver>(loop, pool);
}

}  // namespace vaettir::net
