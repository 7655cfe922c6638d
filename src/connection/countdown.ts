/** Time for a login, in which what a person takes to answer does not count. */
export class Countdown {
  #timer: NodeJS.Timeout

  /** @param sinceAnswer milliseconds since a person has answered, 0 while one thinks; undefined where nobody is asked */
  constructor(milliseconds: number, sinceAnswer: () => number | undefined, over: () => void) {
    const wait = (left: number): NodeJS.Timeout =>
      setTimeout(() => {
        const more = milliseconds - (sinceAnswer() ?? Number.POSITIVE_INFINITY)
        if (more > 0) this.#timer = wait(more)
        else over()
      }, left)
    this.#timer = wait(milliseconds)
  }

  stop(): void {
    clearTimeout(this.#timer)
  }
}
