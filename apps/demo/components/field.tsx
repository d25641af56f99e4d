import { useId, type ReactNode } from 'react'
import styles from './field.module.css'

/** What a control takes so that its label, its hint and its error are known to be its own. */
export interface ControlProps {
  readonly id: string
  readonly className: string | undefined
  readonly 'aria-describedby': string
  readonly 'aria-invalid': true | undefined
}

/**
 * A labelled control of a form: `<Field label="Room">{(control) => <input {...control} name="room" />}</Field>`.
 *
 * @param props.hint - What helps to fill it in.
 * @param props.error - What is wrong with it; announced when it appears.
 * @param props.children - Makes the control: an `input`, a `textarea` or a `select`.
 */
export function Field({
  label,
  hint,
  error,
  children,
}: {
  readonly label: string
  readonly hint?: ReactNode
  readonly error?: string | undefined
  readonly children: (control: ControlProps) => ReactNode
}): ReactNode {
  const id = useId()
  return (
    <div className={styles.field}>
      <label htmlFor={id}>{label}</label>
      {children({
        id,
        className: styles.control,
        'aria-describedby': `${id}-hint ${id}-error`,
        'aria-invalid': error ? true : undefined,
      })}
      <p id={`${id}-hint`} className={styles.hint}>
        {hint}
      </p>
      <p id={`${id}-error`} className={styles.error} role="status">
        {error}
      </p>
    </div>
  )
}
