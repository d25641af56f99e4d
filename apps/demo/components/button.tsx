import type { ComponentProps, ReactNode } from 'react'
import styles from './button.module.css'

/**
 * A button.
 *
 * @param props.kind - `main`: what the page is there for, one in sight at a time · `plain`: any other. Default `plain`.
 */
export function Button({
  kind = 'plain',
  className = '',
  type = 'button',
  ...rest
}: ComponentProps<'button'> & { readonly kind?: 'main' | 'plain' }): ReactNode {
  return <button type={type} className={`${styles.button} ${styles[kind]} ${className}`} {...rest} />
}
