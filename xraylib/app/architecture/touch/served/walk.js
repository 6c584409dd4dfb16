// Play, pause and step: so many steps a second, drawn once a frame.

const SPEEDS = {
  slow: () => 3,
  faster: (seconds) => 5 * 1.55 ** seconds,
  fast: () => 60,
  rush: () => 2000,
};

export const SPEED_NAMES = {
  faster: "faster and faster", slow: "slow", fast: "60 a second", rush: "at once, nearly",
};

export class Walk {
  /** `forward(n)` goes n steps on and says whether there are more; `ended()` hears of the end. */
  constructor(forward, ended) {
    this.forward = forward;
    this.ended = ended;
    this.speed = "faster";
    this.frame = null;
  }

  get playing() {
    return this.frame !== null;
  }

  play() {
    if (this.playing) return;
    let last = performance.now();
    let seconds = 0;
    let due = 0;
    const tick = (now) => {
      const passed = Math.min(0.1, Math.max(0, now - last) / 1000);
      last = now;
      seconds += passed;
      due += passed * SPEEDS[this.speed](seconds);
      const whole = this.speed === "fast" ? 1 : Math.floor(due);
      due = this.speed === "fast" ? 0 : due - whole;
      if (whole && !this.forward(whole)) {
        this.frame = null;
        this.ended();
      } else this.frame = requestAnimationFrame(tick);
    };
    this.frame = requestAnimationFrame(tick);
  }

  pause() {
    if (this.playing) cancelAnimationFrame(this.frame);
    this.frame = null;
  }
}

/** Whether the person asked for as little motion as possible. */
export const still = () => window.matchMedia("(prefers-reduced-motion: reduce)").matches;
