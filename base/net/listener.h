// Listener: one listening socket on one loop. Several loops listen at one address with a Listener
// each; the kernel spreads connections over them (SO_REUSEPORT). With port 0 the first one binds it
// and the others bind first->address(). Destroying a Listener closes it; accepted ones stay.
#pragma once
#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>

#include "base/async/loop.h"
#include "base/core/result.h"
#include "base/net/address.h"
#include "base/net/fd.h"

namespace vaettir::net {

// How many connections the process holds open; shared by the listeners of all loops.
class ConnectionLimit {
 public:
  explicit ConnectionLimit(std::uint32_t most) : most_(most) {}
  std::uint32_t open() const { return open_.load(std::memory_order_relaxed); }

  // One place; given back when destroyed, on any thread.
  class Slot {
   public:
    Slot() = default;
    Slot(Slot&& other) noexcept = default;
    Slot& operator=(Slot&& other) noexcept {
      std::swap(limit_, other.limit_);
      return *this;
    }
    ~Slot() {
      if (limit_) limit_->open_.fetch_sub(1, std::memory_order_relaxed);
    }

   private:
    friend class ConnectionLimit;
    explicit Slot(std::shared_ptr<ConnectionLimit> limit) : limit_(std::move(limit)) {}
    std::shared_ptr<ConnectionLimit> limit_;
  };
  // A slot that holds nothing when all places are taken.
  static std::optional<Slot> take(const std::shared_ptr<ConnectionLimit>& limit);

 private:
  std::uint32_t most_;
  std::atomic<std::uint32_t> open_{0};
};

struct Accepted {
  UniqueFd fd;  // non-blocking, TCP_NODELAY
  Address peer;
  ConnectionLimit::Slot slot;  // kept as long as the connection is open
};

class Listener {
 public:
  struct Options {
    std::shared_ptr<ConnectionLimit> limit;  // nullptr: as many as there are descriptors
    bool reuse_port = true;                  // others of this process listen at the same address
    unsigned unix_mode = 0600;               // of a unix socket's file
  };
  using OnAccept = std::move_only_function<void(Accepted)>;

  // Errors: internal, naming address and reason. A stale unix socket file is replaced, a living one
  // is an error. `on_accept` is called on the loop; the listener may be destroyed in it.
  static Result<std::unique_ptr<Listener>> bind(Loop& loop, const Address& address, Options options,
                                                OnAccept on_accept);
  virtual ~Listener() = default;
  // The port chosen where 0 was asked for.
  virtual const Address& address() const = 0;
  // Connections that wait in the kernel are not taken until resume(); they are not refused.
  virtual void pause() = 0;
  virtual void resume() = 0;
};

// An error where another process (or another part of this one) listens at the address: with
// SO_REUSEPORT alone the two would silently share it. Asked once before the first bind.
Result<> check_free(const Address& address);

}  // namespace vaettir::net
