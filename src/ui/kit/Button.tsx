import type { ButtonHTMLAttributes, ReactNode, Ref } from 'react'
import { Tooltip } from './Tooltip'

export interface ButtonProps extends ButtonHTMLAttributes<HTMLButtonElement> {
  readonly look?: 'plain' | 'primary' | 'whatif' | 'quiet'
  readonly size?: 'normal' | 'small' | 'large'
  /** The key that does the same, drawn at the end. It is no part of the accessible name. */
  readonly hotkey?: string
  readonly ref?: Ref<HTMLButtonElement>
}

export function Button({ look = 'plain', size = 'normal', hotkey, className = '', children, type = 'button', ...rest }: ButtonProps): ReactNode {
  return (
    <button type={type} className={`btn btn-${look} btn-${size} ${className}`} {...rest}>
      {children}
      {hotkey !== undefined && <kbd aria-hidden="true">{hotkey}</kbd>}
    </button>
  )
}

export interface IconButtonProps extends Omit<ButtonHTMLAttributes<HTMLButtonElement>, 'children'> {
  /** Accessible name, and the tooltip. */
  readonly label: string
  /** Shown in the tooltip after the label. */
  readonly hotkey?: string
  readonly children: ReactNode
  readonly ref?: Ref<HTMLButtonElement>
}

export function IconButton({ label, hotkey, className = '', children, type = 'button', ...rest }: IconButtonProps): ReactNode {
  return (
    <Tooltip text={label} {...(hotkey === undefined ? {} : { hotkey })}>
      <button type={type} className={`icon-btn ${className}`} aria-label={label} {...rest}>{children}</button>
    </Tooltip>
  )
}
