import type { Block, Entry, Task } from './playbook.ts'

/** All tasks in a list, those of its blocks too: of each block its tasks, its rescue, its always. */
export function tasksIn(entries: readonly Entry[]): Task[] {
  return entries.flatMap((entry) =>
    entry.kind === 'task' ? [entry] : [entry.block, entry.rescue, entry.always].flatMap(tasksIn),
  )
}

/** The same with what its tasks include, as far as that is known before the run. */
export function allTasksIn(entries: readonly Entry[]): Task[] {
  return tasksIn(entries).flatMap((task) => [task, ...allTasksIn(task.include?.known?.entries ?? [])])
}

/** Handlers of the roles that the tasks of a list include, as far as they are known before the run. */
export function includedHandlers(entries: readonly Entry[]): Task[] {
  return tasksIn(entries).flatMap(({ include }) => [
    ...(include?.known?.handlers.flat() ?? []),
    ...includedHandlers(include?.known?.entries ?? []),
  ])
}

/** The blocks in a list that have a rescue. */
export function rescuingBlocks(entries: readonly Entry[]): Block[] {
  return entries.flatMap((entry) => {
    if (entry.kind === 'task') return []
    const inside = [entry.block, entry.rescue, entry.always].flatMap(rescuingBlocks)
    return entry.rescue.length > 0 ? [entry, ...inside] : inside
  })
}

/** The same list with only the tasks that are wanted; a block that has none left is gone. */
export function onlyTasks(entries: readonly Entry[], wanted: (task: Task) => boolean): Entry[] {
  return entries.flatMap((entry): Entry[] => {
    if (entry.kind === 'task') return wanted(entry) ? [entry] : []
    const [block, rescue, always] = [entry.block, entry.rescue, entry.always].map((part) =>
      onlyTasks(part, wanted),
    ) as [Entry[], Entry[], Entry[]]
    return block.length + rescue.length + always.length === 0 ? [] : [{ ...entry, block, rescue, always }]
  })
}

/** The same list with its tasks numbered in written order: `t1`, `t2`. */
export function numbered(entries: readonly Entry[], prefix: string): Entry[] {
  let count = 0
  const number = (list: readonly Entry[]): Entry[] =>
    list.map((entry) => {
      if (entry.kind === 'block')
        return {
          ...entry,
          block: number(entry.block),
          rescue: number(entry.rescue),
          always: number(entry.always),
        }
      count += 1
      return { ...entry, id: `${prefix}${count}` }
    })
  return number(entries)
}

/** Lists of tasks numbered through. */
export function numberedLists(lists: readonly (readonly Task[])[], prefix: string): Task[][] {
  let count = 0
  return lists.map((list) =>
    list.map((task) => {
      count += 1
      return { ...task, id: `${prefix}${count}` }
    }),
  )
}
