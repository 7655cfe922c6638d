/**
 * Recorded cases whose inventory has a form that muster does not read yet, with a part of what it says instead. The list
 * may only shrink: the runner fails when one of them is read.
 */
export const NOT_YET: Readonly<Record<string, string>> = {
  '043-constructed-groups-and-vars': 'the inventory plugin ansible.builtin.constructed',
  '044-constructed-keyed-groups': 'the inventory plugin constructed',
  '045-constructed-comes-too-early': 'the inventory plugin constructed',
  '046-constructed-and-group-vars': 'the inventory plugin constructed',
}
