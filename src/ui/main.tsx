import './kit/styles'
