// Origin: a real service on loopback for tests: a thread accepts, one more per connection runs the
// handler. Remembers every request it was asked. Ends with the object.
#pragma once
#include <atomic>
#include <functional>
#include <list>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "tests/unit/gateway/kit/wire.h"

namespace vaettir::gateway::kit {

class Origin {
 public:
  // Answers one request; false: the connection is closed afterwards.
  using Answer = std::function<bool(const Message&, Wire&)>;
  // The whole life of one connection.
  using Conversation = std::function<void(Wire&)>;

  // Answers every request with its method, target and body length.
  Origin();
  explicit Origin(Answer answer);
  static std::unique_ptr<Origin> talking(Conversation conversation);
  ~Origin();

  std::uint16_t port() const { return port_; }
  std::string url() const { return "http://127.0.0.1:" + std::to_string(port_); }
  std::vector<Message> requests() const;
  Message last() const;
  int connections() const { return connections_.load(); }
  // No longer accepts; connections are closed.
  void stop();

 private:
  struct Talking {};
  Origin(Talking, Conversation conversation);
  void begin();
  void accept_all();

  Answer answer_;
  Conversation conversation_;
  int listener_ = -1;
  std::uint16_t port_ = 0;
  std::atomic<int> connections_{0};
  std::atomic<bool> stopping_{false};
  mutable std::mutex lock_;
  std::vector<Message> requests_;
  std::vector<int> open_;
  std::list<std::thread> threads_;
  std::thread acceptor_;
};

// A port on loopback where nothing listens.
std::uint16_t unused_port();

}  // namespace vaettir::gateway::kit
