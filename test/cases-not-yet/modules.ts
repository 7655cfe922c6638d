/** Recorded cases that muster does not pass yet: by name, or a whole folder (with a slash) where the module is missing. */
export const NOT_YET: readonly string[] = [
  // muster unpacks tar archives only, and says so.
  'unarchive/27-zip-content',
]
