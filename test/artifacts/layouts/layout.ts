/** A file of a package: its text, and its permission bits where they are not 0644. */
export type LayoutFile = string | { readonly text: string; readonly mode: number }

/** A product's own .deb as the test equipment builds it: everything but the program. */
export interface Layout {
  readonly packageName: string
  /** Absolute path of the program. */
  readonly program: string
  /** Absolute path -> file. */
  readonly files: Readonly<Record<string, LayoutFile>>
  /** Empty directories. */
  readonly directories?: readonly string[]
  /** Path -> where it leads. */
  readonly links?: Readonly<Record<string, string>>
  /** Files that dpkg leaves to the administrator. */
  readonly conffiles: readonly string[]
  /** Maintainer scripts: POSIX sh without its first line. */
  readonly scripts: Readonly<Partial<Record<'preinst' | 'postinst' | 'prerm', string>>>
}
