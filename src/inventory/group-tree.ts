type Children = (name: string) => Iterable<string>

/** A way from a group back to itself, with it at both ends; undefined when there is none. */
export function findLoop(start: string, children: Children): string[] | undefined {
  const cameFrom = new Map<string, string>()
  const open = [start]
  for (let name = open.pop(); name !== undefined; name = open.pop()) {
    for (const child of children(name)) {
      if (child === start) return [...wayTo(name, start, cameFrom), start]
      if (cameFrom.has(child)) continue
      cameFrom.set(child, name)
      open.push(child)
    }
  }
  return undefined
}

function wayTo(name: string, start: string, cameFrom: ReadonlyMap<string, string>): string[] {
  const way = [name]
  for (let at = name; at !== start; way.unshift(at)) at = cameFrom.get(at)!
  return way
}

/** Length of the longest way from the root to each group below it. The groups have no loops. */
export function depths(root: string, children: Children): Map<string, number> {
  const depth = new Map([[root, 0]])
  for (const name of topological(root, children)) {
    const below = depth.get(name)! + 1
    for (const child of children(name)) depth.set(child, Math.max(depth.get(child) ?? 0, below))
  }
  return depth
}

/** Every group behind all groups that contain it. */
function topological(root: string, children: Children): string[] {
  const order: string[] = []
  const seen = new Set([root])
  // Without recursion: a chain of groups may be longer than the stack.
  const stack = [{ name: root, rest: [...children(root)] }]
  for (let top = stack.at(-1); top !== undefined; top = stack.at(-1)) {
    const child = top.rest.pop()
    if (child === undefined) {
      order.push(top.name)
      stack.pop()
    } else if (!seen.has(child)) {
      seen.add(child)
      stack.push({ name: child, rest: [...children(child)] })
    }
  }
  return order.reverse()
}

/** A group and everything below it, level by level, children in their order: the walk that orders hosts. */
export function breadthFirst(root: string, children: Children): string[] {
  const order = [root]
  const seen = new Set(order)
  for (const name of order) {
    for (const child of children(name)) {
      if (seen.has(child)) continue
      seen.add(child)
      order.push(child)
    }
  }
  return order
}
