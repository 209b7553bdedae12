// Signals as values: blocked in every thread, taken one by one by the main thread. Made before any
// other thread is.
#pragma once
#include <csignal>

namespace vaettir::app {

class Signals {
 public:
  Signals() {
    sigemptyset(&wanted_);
    for (int each : {SIGINT, SIGTERM, SIGHUP, SIGUSR1}) sigaddset(&wanted_, each);
    pthread_sigmask(SIG_BLOCK, &wanted_, nullptr);
  }
  // Waits for the next SIGINT, SIGTERM, SIGHUP or SIGUSR1.
  int next() {
    int signal = 0;
    while (sigwait(&wanted_, &signal) != 0) {
    }
    return signal;
  }

  // From now on they end the process at once.
  void release() { pthread_sigmask(SIG_UNBLOCK, &wanted_, nullptr); }

 private:
  sigset_t wanted_;
};

}  // namespace vaettir::app
